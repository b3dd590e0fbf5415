package dev.slipway.dockerfile;

import static dev.slipway.dockerfile.Parsing.body;
import static dev.slipway.dockerfile.Parsing.first;
import static dev.slipway.dockerfile.Parsing.parse;
import static dev.slipway.dockerfile.Parsing.refusing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.dockerfile.CommandLine.ExecForm;
import dev.slipway.dockerfile.CommandLine.ShellForm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spec: dockerfile.md, Lines. */
class LinesTest {
    @Test
    void aDirectiveMayBeInAnyCaseWithBlanksAroundNameSignAndValue() throws DockerfileException {
        assertThat(parse("#\tEsCaPe   =   `   ", "FROM scratch").escape()).isEqualTo('`');
    }

    @Test
    void theFirstOtherLineEndsTheDirectives() throws DockerfileException {
        for (String line : List.of("", "# an ordinary comment", "# colour=blue", "FROM scratch AS x")) {
            assertThat(parse(line, "# escape=`", "FROM scratch").escape()).isEqualTo('\\');
        }
    }

    @Test
    void severalDirectivesMayStandTogether() throws DockerfileException {
        Dockerfile file = parse("# syntax=docker/dockerfile:1", "# check=skip=all", "# escape=`", "FROM scratch");
        assertThat(file.directive("syntax")).contains("docker/dockerfile:1");
        assertThat(file.directive("check")).contains("skip=all");
        assertThat(file.escape()).isEqualTo('`');
    }

    @Test
    void aDuplicateDirectiveOrABadEscapeIsAnError() {
        refusing("# escape=`", "# escape=`", "FROM scratch").hasMessageContaining("escape is given twice");
        refusing("# escape=!", "FROM scratch").hasMessageContaining("can't be used");
    }

    @Test
    void syntaxMayFollowAShebangOrBeForAnotherLanguage() throws DockerfileException {
        assertThat(parse("#!/usr/bin/env x", "# syntax=a/b", "FROM scratch").stages())
                .hasSize(1);
        assertThat(parse("// syntax=a/b", "FROM scratch").stages()).hasSize(1);
        assertThat(parse("{\"syntax\": \"a/b\"}", "FROM scratch").stages()).hasSize(1);
        refusing("// escape=`", "FROM scratch").hasMessageContaining("//");
    }

    @Test
    void byteOrderMarkAndCarriageReturnsAreNoPartOfTheText() throws DockerfileException {
        Dockerfile file = parse("\uFEFFFROM scratch\r", "ENV ONE=1 \\\r", "    TWO=2\r", "");
        EnvInstruction env =
                (EnvInstruction) file.stages().getFirst().instructions().getFirst();
        assertThat(env.variables()).containsExactly(new KeyValue("ONE", "1"), new KeyValue("TWO", "2"));
    }

    @Test
    void aLineMayHave65535BytesAndAJoinedOneMore() throws DockerfileException {
        String longest = "LABEL a=" + "x".repeat(65_535 - 8);
        assertThat(body(longest)).hasSize(1);
        refusing("FROM scratch", longest + "x").hasMessageContaining("65536 bytes");
        assertThat(body("LABEL a=" + ("x".repeat(60_000) + "\\\n").repeat(3))).hasSize(1);
    }

    @Test
    void aLineThatEndsInTheEscapeCharacterGoesOnWithoutASeparator() throws DockerfileException {
        assertThat(first(LabelInstruction.class, "LABEL word=foo\\", "bar").labels())
                .containsExactly(new KeyValue("word", "foobar"));
        assertThat(first(EnvInstruction.class, "ENV TEXT one\\  \t", "    two").variables())
                .containsExactly(new KeyValue("TEXT", "one    two"));
    }

    @Test
    void aContinuationMaySplitAKeyword() throws DockerfileException {
        assertThat(body("LAB\\", "EL a=b")).first().isInstanceOf(LabelInstruction.class);
    }

    @Test
    void aDoubledEscapeCharacterDoesNotContinue() throws DockerfileException {
        assertThat(body("CMD a\\\\", "CMD b")).hasSize(2);
    }

    @Test
    void aLineOfTheEscapeCharacterAloneContinues() throws DockerfileException {
        assertThat(first(LabelInstruction.class, "LABEL one=1 \\", "\\", "  two=2")
                        .labels())
                .hasSize(2);
    }

    @Test
    void commentsAndBlankLinesInsideAreDropped() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN a && \\", "  # why", "", "  b")
                        .command())
                .isEqualTo(new ShellForm("a &&   b"));
    }

    @Test
    void aContinuationThatRunsIntoTheEndOfTheFileIsComplete() throws DockerfileException {
        assertThat(first(LabelInstruction.class, "LABEL one=1 \\", "# nothing more")
                        .labels())
                .hasSize(1);
    }

    @Test
    void keywordsAreReadInAnyCase() throws DockerfileException {
        assertThat(parse("fRoM scratch As Final", "CmD [\"x\"]")
                        .stages()
                        .getFirst()
                        .name())
                .contains("final");
    }

    @Test
    void flagsMayBeQuotedOrEscapedAndADoubleDashEndsThem() throws DockerfileException {
        CopyInstruction copy = first(CopyInstruction.class, "COPY --chown=\"a b\":c\\ d --link -- --x /y");
        assertThat(copy.chown()).contains("a b:c d");
        assertThat(copy.link()).isTrue();
        assertThat(copy.files().paths()).containsExactly("--x");
    }

    @Test
    void aWordThatBeginsWithAQuoteIsNoFlag() throws DockerfileException {
        assertThat(first(CmdInstruction.class, "CMD \"--not\" a").command()).isEqualTo(new ShellForm("\"--not\" a"));
    }

    @Test
    void repeatableFlagsKeepTheirOrder() throws DockerfileException {
        assertThat(first(CopyInstruction.class, "COPY --exclude=b --exclude=a . /")
                        .excludes())
                .containsExactly("b", "a");
        assertThat(first(RunInstruction.class, "RUN --device=x --device=y true").devices())
                .containsExactly("x", "y");
    }

    @Test
    void theJsonFormIsTheWholeRest() throws DockerfileException {
        assertThat(first(CmdInstruction.class, "CMD  [ \"a\" ,\t\"b c\\u0041\\n\" ] ")
                        .command())
                .isEqualTo(new ExecForm(List.of("a", "b cA\n")));
        for (String text : List.of("['a']", "[\"a\"] b", "[\"a\",]", "[\"a\" \"b\"]", "[\"\\x\"]", "[\"a\"", "[01]")) {
            assertThat(first(CmdInstruction.class, "CMD " + text).command()).isEqualTo(new ShellForm(text));
        }
        assertThat(first(EntrypointInstruction.class, "ENTRYPOINT []").command())
                .isEqualTo(new ExecForm(List.of()));
    }

    @Test
    void anElementThatIsNoStringIsAnErrorHoweverDeep() {
        for (String element :
                List.of("1", "null", "[]", "{\"a\": [1]}", "true", "-1.5e3", "[".repeat(500) + "]".repeat(500))) {
            refusing("FROM scratch", "RUN [\"a\", " + element + "]").hasMessageContaining("no string");
        }
    }

    @Test
    void badJsonOfCopyAndVolumeIsSplitAtBlanks() throws DockerfileException {
        assertThat(first(VolumeInstruction.class, "VOLUME [/one, /two]").paths())
                .containsExactly("[/one,", "/two]");
        assertThat(first(CopyInstruction.class, "COPY [a, /d/]").files().paths())
                .containsExactly("[a,");
    }

    @Test
    void copyAndExposeSplitAtBlanksBlindToQuotes() throws DockerfileException {
        assertThat(first(CopyInstruction.class, "COPY\t\"a b\"  c /d").files().paths())
                .containsExactly("\"a", "b\"", "c");
        assertThat(first(ExposeInstruction.class, "EXPOSE \"80\" '81/udp'").words())
                .containsExactly("\"80\"", "'81/udp'");
    }

    @Test
    void envWithoutEqualsInTheFirstWordIsOnePair() throws DockerfileException {
        assertThat(first(EnvInstruction.class, "ENV A = 1").variables()).containsExactly(new KeyValue("A", "= 1"));
        assertThat(first(EnvInstruction.class, "ENV\tT\ta b  c").variables())
                .containsExactly(new KeyValue("T", "a b  c"));
        assertThat(first(EnvInstruction.class, "ENV TWO x=y z").legacy()).isTrue();
        assertThat(first(LabelInstruction.class, "LABEL d this is").legacy()).isTrue();
    }

    @Test
    void otherwiseEveryWordNeedsAnEqualsSign() throws DockerfileException {
        assertThat(first(EnvInstruction.class, "ENV A=1 B=\"two words\" C=d\\ e F= G='x y'")
                        .variables())
                .extracting(KeyValue::key)
                .containsExactly("A", "B", "C", "F", "G");
        assertThat(RefusalsTest.refusal(Parsing.bytes("FROM scratch\nENV \"A=b c\""))
                        .orElseThrow())
                .hasMessageContaining("never closed");
        refusing("FROM scratch", "LABEL a=b c").hasMessageContaining("'='");
    }

    @Test
    void aCommentBehindWorkdirIsPartOfItsValue() throws DockerfileException {
        assertThat(first(WorkdirInstruction.class, "WORKDIR /a # b").path()).isEqualTo("/a # b");
        assertThat(first(UserInstruction.class, "USER a # b").user()).isEqualTo("a # b");
    }

    @Test
    void anEmptyRunIsLegal() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN").command()).isEqualTo(new ShellForm(""));
    }

    @Test
    void eachInstructionKnowsItsLinesAndColumns() throws DockerfileException {
        Instruction label =
                body("", "  LABEL a=b \\", "    c=d", "RUN <<E", "x", "E").getFirst();
        assertThat(label.source().range()).isEqualTo(new SourceRange(3, 3, 4, 8));
        assertThat(label.source().range(6, 9)).isEqualTo(new SourceRange(3, 9, 3, 12));
        assertThat(label.source().text()).isEqualTo("LABEL a=b     c=d");
        Instruction run = body("RUN <<E", "x", "E", "LABEL a=b").getFirst();
        assertThat(run.source().range().lines()).isEqualTo("2-4");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedByLineAndColumn() {
        byte[] content = Parsing.bytes("FROM scratch\nLABEL ä=?");
        content[content.length - 1] = (byte) 0xFF;
        assertThat(RefusalsTest.refusal(content).orElseThrow()).hasMessageContaining("0xFF at line 2, column 9");
    }

    @Test
    void anInstructionThatIsOnlyContinuedIsNone() {
        refusing("FROM scratch", "\\", "\\")
                .hasMessageContaining("nothing but \\")
                .hasMessageContaining("Dockerfile:2");
    }

    @Test
    void commentsMayBeInAnotherEncoding() throws DockerfileException {
        byte[] comment = "# by Jos\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        byte[] label = "LABEL by=Jos\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        byte[] open = Parsing.bytes("FROM scratch\nCOPY <<E /x\n");
        assertThat(Dockerfile.parse("Dockerfile", joined(comment, Parsing.bytes("FROM scratch\nRUN a \\\n"), comment))
                        .stages())
                .hasSize(1);
        assertThatThrownBy(() -> Dockerfile.parse("Dockerfile", joined(comment, Parsing.bytes("FROM a\n"), label)))
                .hasMessageContaining("0xE9 at line 3, column 13");
        assertThatThrownBy(() -> Dockerfile.parse("Dockerfile", joined(open, comment, Parsing.bytes("E\n"))))
                .hasMessageContaining("0xE9 at line 3, column 9");
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
