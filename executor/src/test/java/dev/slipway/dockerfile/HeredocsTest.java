package dev.slipway.dockerfile;

import static dev.slipway.dockerfile.Parsing.body;
import static dev.slipway.dockerfile.Parsing.first;
import static dev.slipway.dockerfile.Parsing.map;
import static dev.slipway.dockerfile.Parsing.refusing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.dockerfile.RunInstruction.Script;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spec: dockerfile.md, Heredocs. */
class HeredocsTest {
    private static Heredoc copied(String... lines) throws DockerfileException {
        return first(CopyInstruction.class, lines).files().inlineFiles().getFirst();
    }

    private static String expanded(String... lines) throws DockerfileException {
        CopyInstruction copy = first(CopyInstruction.class, lines);
        Expander expander = new Expander(map("V", "val", "Q", "a\"b"), '`');
        return copy.expand(expander).files().inlineFiles().getFirst().content();
    }

    @Test
    void theFileIsNamedByTheDelimiter() throws DockerfileException {
        assertThat(copied("COPY <<notes.txt /d/", "one", "two", "notes.txt"))
                .isEqualTo(new Heredoc("notes.txt", "one\ntwo\n", true, false, 0));
    }

    @Test
    void theTerminatorIsAnExactLine() throws DockerfileException {
        assertThat(copied("COPY <<E /x", " E", "E ", "xE", "<<E", "E", "LABEL a=b")
                        .body())
                .isEqualTo(" E\nE \nxE\n<<E\n");
    }

    @Test
    void withADashLeadingTabsGoAlsoInFrontOfTheTerminator() throws DockerfileException {
        Heredoc heredoc = copied("COPY <<-E /x", "\ta", "\t\tb", "\t  c", "\t\tE");
        assertThat(heredoc.content()).isEqualTo("a\nb\n  c\n");
        assertThat(heredoc.stripsTabs()).isTrue();
    }

    @Test
    void severalOnALineHaveTheirBodiesInOrder() throws DockerfileException {
        RunInstruction run = first(RunInstruction.class, "RUN cat <<A 3<<'B' > x", "1", "A", "2", "B");
        assertThat(run.heredocs())
                .containsExactly(new Heredoc("A", "1\n", true, false, 0), new Heredoc("B", "2\n", false, false, 3));
    }

    @Test
    void commentsAndContinuationsInsideAreLiteral() throws DockerfileException {
        assertThat(copied("COPY <<E /x", "# a", "b \\", "", "E").body()).isEqualTo("# a\nb \\\n\n");
    }

    @Test
    void carriageReturnsOfTheBodyStay() throws DockerfileException {
        assertThat(copied("COPY <<E /x\r", "one\r", "E\r", "").body()).isEqualTo("one\r\n");
    }

    @Test
    void anyQuotingInTheDelimiterTurnsExpansionOff() throws DockerfileException {
        for (String delimiter : List.of("'E'", "\"E\"", "E\"\"", "''E")) {
            Heredoc heredoc = copied("COPY <<" + delimiter + " /x", "$V", "E");
            assertThat(heredoc.name()).isEqualTo("E");
            assertThat(heredoc.expanding()).isFalse();
        }
        assertThat(expanded("COPY <<'E' /x", "$V \\$", "E")).isEqualTo("$V \\$\n");
    }

    @Test
    void bodiesExpandWithTheBackslashAndKeepTheirQuotes() throws DockerfileException {
        assertThat(expanded("COPY <<E /x", "'$V' \"${Q}\" \\$V \\a `$V ${V%l}", "E"))
                .isEqualTo("'val' \"a\"b\" $V a `val va\n");
    }

    @Test
    void copyTakesTheLastBodyOfTwoWithOneName() throws DockerfileException {
        CopyInstruction copy = first(CopyInstruction.class, "COPY <<A <<A /x", "1", "A", "2", "A");
        assertThat(copy.files().inlineFiles()).extracting(Heredoc::body).containsExactly("2\n", "2\n");
    }

    @Test
    void theJsonFormTakesAHeredocsWordAsTheNameOfAnEmptyFile() throws DockerfileException {
        assertThat(copied("COPY [\"<<E\", \"/x\"]", "LABEL a=b")).isEqualTo(new Heredoc("E", "", true, false, 0));
    }

    @Test
    void onlyRunTakesABlankBeforeTheName() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN cat << E > x", "1", "E").heredocs())
                .hasSize(1);
        refusing("FROM scratch", "COPY << E /x", "1", "E").hasMessageContaining("blank");
        refusing("FROM scratch", "RUN cat <<- E > x", "hello", "E").hasMessageContaining("hello");
    }

    @Test
    void anOperatorOfArithmeticIsAHeredocIfABlankStandsInFront() throws DockerfileException {
        refusing("FROM scratch", "RUN echo $(( 1 << 4 ))").hasMessageContaining("unterminated heredoc");
        assertThat(body("RUN echo $((1<<3))")).hasSize(1);
        assertThat(first(RunInstruction.class, "RUN cat <<<word").heredocs()).isEmpty();
        assertThat(first(RunInstruction.class, "RUN echo \"<<E\" 'a <<B'").heredocs())
                .isEmpty();
    }

    @Test
    void labelAndCmdKnowNone() throws DockerfileException {
        assertThat(body("LABEL text=<<EOF", "CMD cat <<EOF")).hasSize(2);
    }

    @Test
    void aSoleHeredocIsTheShellsText() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN <<-E", "\ta", "E").script()).isEqualTo(new Script.ShellText("a\n"));
    }

    @Test
    void aBodyThatBeginsWithAShebangIsExecuted() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN <<S", "#!/bin/x", "S").script())
                .isEqualTo(new Script.Executable("S", "#!/bin/x\n"));
    }

    @Test
    void otherwiseTheShellGetsCommandBodiesAndTerminators() throws DockerfileException {
        assertThat(first(RunInstruction.class, "RUN cat <<A <<-'B' >x", "1", "A", "\t2", "B")
                        .script())
                .isEqualTo(new Script.ShellText("cat <<A <<-'B' >x\n1\nA\n\t2\nB"));
    }

    @Test
    void aTriggerKeepsItsHeredocsAndReadsThemWhenItFires() throws DockerfileException {
        OnBuildInstruction onBuild = first(OnBuildInstruction.class, "ONBUILD COPY <<E /x", "a $V", "E");
        assertThat(onBuild.trigger()).isEqualTo("COPY <<E /x\na $V\nE");
        CopyInstruction fired = (CopyInstruction) Dockerfile.parseTrigger("ONBUILD of base", onBuild.trigger());
        assertThat(fired.files().inlineFiles().getFirst().body()).isEqualTo("a $V\n");
    }

    @Test
    void aHeredocThatNeverEndsIsAnError() {
        refusing("FROM scratch", "RUN <<E", "a")
                .hasMessageContaining("Dockerfile:2")
                .hasMessageContaining("unterminated");
    }
}
