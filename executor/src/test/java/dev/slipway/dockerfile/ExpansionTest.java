package dev.slipway.dockerfile;

import static dev.slipway.dockerfile.Parsing.expand;
import static dev.slipway.dockerfile.Parsing.expandWith;
import static dev.slipway.dockerfile.Parsing.first;
import static dev.slipway.dockerfile.Parsing.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spec: dockerfile.md, Expansion. */
class ExpansionTest {
    @Test
    void namesAreReplacedWithAndWithoutBraces() throws DockerfileException {
        assertThat(expand("$A-${A}x$B", "A", "a")).isEqualTo("a-ax");
        assertThat(expand("{A} {$A} $A{x}", "A", "1")).isEqualTo("{A} {1} 1{x}");
        assertThat(expand("$ 5$ $/x $.")).isEqualTo("$ 5$ $/x $.");
        assertThat(expand("$'x' $\"y\"")).isEqualTo("$x $y");
    }

    @Test
    void aDefaultStandsForAnUnsetOrEmptyVariable() throws DockerfileException {
        assertThat(expand("${N-d}${E-d}${S-d}", "E", "", "S", "s")).isEqualTo("ds");
        assertThat(expand("${N:-d}${E:-d}${S:-d}", "E", "", "S", "s")).isEqualTo("dds");
    }

    @Test
    void anAlternativeStandsForASetVariable() throws DockerfileException {
        assertThat(expand("[${N+x}${E+x}${S+x}]", "E", "", "S", "s")).isEqualTo("[xx]");
        assertThat(expand("[${N:+x}${E:+x}${S:+x}]", "E", "", "S", "s")).isEqualTo("[x]");
    }

    @Test
    void aRequiredVariableThatIsMissingIsAnErrorWithItsMessage() throws DockerfileException {
        assertThat(expand("${S:?}${S?}", "S", "s")).isEqualTo("ss");
        assertThat(expand("${E?}", "E", "")).isEmpty();
        refusing("${N?}", "N: is not allowed to be unset");
        refusing("${E:?}", "E: is not allowed to be empty");
        refusing("${N:?set N}", "N: set N");
    }

    @Test
    void wordsNestAThousandTimes() throws DockerfileException {
        assertThat(expand("${A:-".repeat(1000) + "$B" + "}".repeat(1000), "B", "x"))
                .isEqualTo("x");
        assertThat(expand("\"" + "${A:-".repeat(1000) + "$B" + "}".repeat(1000) + "\"", "B", "x"))
                .isEqualTo("x");
        refusing("${A:-".repeat(900) + "${N:?none}" + "}".repeat(900), "N: none");
        refusing("${A:-".repeat(1001) + "}".repeat(1001), "nested deeper than 1000");
    }

    @Test
    void aModifiersWordIsAlwaysEvaluated() {
        refusing("${S:-${N:?x}}", "N: x");
    }

    @Test
    void prefixesAndSuffixesGoShortestOrLongest() throws DockerfileException {
        String[] p = {"P", "/usr/local/x.tar.gz"};
        assertThat(expand("${P#*/} ${P##*/} ${P#/usr} ${P#nope} ${P#?usr} ${P#}", p))
                .isEqualTo("usr/local/x.tar.gz x.tar.gz /local/x.tar.gz /usr/local/x.tar.gz /local/x.tar.gz"
                        + " /usr/local/x.tar.gz");
        assertThat(expand("${P%.*} ${P%%.*} ${P%/*} ${P%%/*}|", p))
                .isEqualTo("/usr/local/x.tar /usr/local/x /usr/local |");
    }

    @Test
    void replacementsTakeTheFirstOrAllAndTheLongestMatch() throws DockerfileException {
        assertThat(expand("${P/o/0} ${P//o/0} ${P/o*/x} ${P//?/x}", "P", "foo")).isEqualTo("f0o f00 fx xxx");
        assertThat(expand("[${E/x/y}] [${E/*/y}] [${N/x/y}]", "E", "")).isEqualTo("[] [y] []");
        assertThat(expand("${P//\\//-} ${P/\\//-}", "P", "a/b/c")).isEqualTo("a-b-c a-b/c");
        assertThat(expand("${P//*/-} ${P//a*/-}", "P", "aba")).isEqualTo("- -");
    }

    @Test
    void patternsKnowStarsQuestionMarksAndBackslashesOnly() throws DockerfileException {
        assertThat(expand("${P//./_}${P//+/p}${P//(/[}${P//^/-}", "P", "1.+(^")).isEqualTo("1_+(^1.p(^1.+[^1.+(-");
        assertThat(expand("${P#[ab]}", "P", "[ab]c")).isEqualTo("c");
        assertThat(expand("${P#\\*} ${P//\\?/x}", "P", "*?")).isEqualTo("? *x");
        refusing("${S#\\a}", "invalid pattern");
    }

    @Test
    void quotesInAPatternAreRemovedAndDontMakeAStarLiteral() throws DockerfileException {
        assertThat(expand("${V#\"a \"} ${V%'*c'} ${V/\"a b\"/x}", "V", "a b*c")).isEqualTo("b*c a b* x*c");
    }

    @Test
    void patternsCountCharacters() throws DockerfileException {
        assertThat(expand("${V#?} ${V%?} ${V/à/a}", "V", "éàü")).isEqualTo("àü éà éaü");
    }

    @Test
    void wordsNest() throws DockerfileException {
        assertThat(expand("${N:-${E:-${A}}} ${A:+<${A}>} ${N:-x${A}y$A} ${N:-${A%a}b}", "A", "a", "E", ""))
                .isEqualTo("a <a> xaya b");
        assertThat(expand("${P%$X} ${P#$S}", "P", "lib-1.jar", "X", ".jar", "S", "*-"))
                .isEqualTo("lib-1 1.jar");
    }

    @Test
    void quotesInAModifiersWordAreTakenOff() throws DockerfileException {
        assertThat(expand("${N:-\"$A}\"} ${N:-'$A'} ${N:-a\\}b}", "A", "a")).isEqualTo("a} $A a}b");
    }

    @Test
    void otherModifiersAreErrors() {
        for (String word :
                List.of("${S:=x}", "${S^^}", "${S:0:1}", "${S[0]}", "${S:#s}", "${S:%s}", "${S,}", "${S@Q}")) {
            refusing(word, "unsupported modifier");
        }
        for (String word : List.of("${}", "${:-x}", "${{S}}")) {
            refusing(word, "bad substitution");
        }
        for (String word : List.of("${S", "${S:-x", "${S:", "${", "${S/a/b")) {
            refusing(word, "missing '}'");
        }
        refusing("${S/a}", "second '/'");
    }

    @Test
    void singleQuotesAreLiteral() throws DockerfileException {
        assertThat(expand("'$A \\n \"x\"'y", "A", "a")).isEqualTo("$A \\n \"x\"y");
    }

    @Test
    void insideDoubleQuotesOnlyThreeCharactersCanBeEscaped() throws DockerfileException {
        assertThat(expand("\"\\$V \\\"q\\\" a\\\\b a\\tb it's\"")).isEqualTo("$V \"q\" a\\b a\\tb it's");
    }

    @Test
    void outsideAnyCharacterCanBeEscaped() throws DockerfileException {
        assertThat(expand("it\\'s\\ \\$A\\x\\")).isEqualTo("it's $Ax");
    }

    @Test
    void theDirectiveChoosesTheEscape() throws DockerfileException {
        assertThat(expandWith('`', "`$V \\$V \"`$V\" \"\\$V\" a`\"b a``b", "V", "v"))
                .isEqualTo("$V \\v $V \\v a\"b a`b");
    }

    @Test
    void valuesAreNotExpandedAgain() throws DockerfileException {
        assertThat(expand("$A $Q", "A", "$B", "B", "b", "Q", "\"it's\" \\")).isEqualTo("$B \"it's\" \\");
    }

    @Test
    void keysOfEnvAndLabelAreExpandedWithTheValuesFromBefore() throws DockerfileException {
        EnvInstruction env = first(EnvInstruction.class, "ENV ${P}_A=$X X=2 B=$X");
        assertThat(env.expand(new Expander(map("P", "MY", "X", "1"), '\\')).variables())
                .containsExactly(new KeyValue("MY_A", "1"), new KeyValue("X", "2"), new KeyValue("B", "1"));
        assertThat(env.variables().getFirst().key()).isEqualTo("${P}_A");
    }

    @Test
    void oneVariableOfExposeMayGiveSeveralPorts() throws DockerfileException {
        assertThat(ports("EXPOSE $P ${L}-${H}/UDP 80$N", "P", "80 443/tcp", "L", "1", "H", "2", "N", "80"))
                .containsExactly("1/udp", "2/udp", "443/tcp", "80/tcp", "8080/tcp");
    }

    @Test
    void exposeLosesTheTextInFrontOfAModifier() throws DockerfileException {
        assertThat(ports("EXPOSE 80${X:-81}")).containsExactly("81/tcp");
    }

    private static List<String> ports(String line, String... variables) throws DockerfileException {
        return first(ExposeInstruction.class, line)
                .expand(new Expander(map(variables), '\\'))
                .ports();
    }

    @Test
    void commandsShellAndExcludesKeepTheirText() throws DockerfileException {
        Expander expander = new Expander(map("A", "a"), '\\');
        for (String line :
                List.of("CMD $A", "ENTRYPOINT [\"$A\"]", "HEALTHCHECK CMD $A", "SHELL [\"$A\"]", "ONBUILD RUN $A")) {
            Instruction instruction = first(Instruction.class, line);
            assertThat(instruction.expand(expander)).isEqualTo(instruction);
        }
        assertThat(first(CopyInstruction.class, "COPY --exclude=$A . /")
                        .expand(expander)
                        .excludes())
                .containsExactly("$A");
    }

    @Test
    void copyExpandsPathsOwnerAndMode() throws DockerfileException {
        CopyInstruction copy = first(CopyInstruction.class, "COPY --chown=$O --chmod=$M $S/x /$D/")
                .expand(new Expander(map("O", "5:6", "M", "u+x", "S", "src", "D", "dst"), '\\'));
        assertThat(copy.chown()).contains("5:6");
        assertThat(copy.chmod()).contains("u+x");
        assertThat(copy.files()).isEqualTo(new CopySources(List.of("src/x"), List.of(), "/dst/"));
    }

    @Test
    void theNamesThatAWordAsksForAreReported() throws DockerfileException {
        List<String> heard = new ArrayList<>();
        Expander expander =
                new Expander(map("A", "", "B", "b"), '\\').reportingTo((name, set) -> heard.add(name + set));
        expander.word(first(Instruction.class, "LABEL a=b").source(), "$A'$X'${N:-${B}}");
        assertThat(heard).containsExactly("Atrue", "Btrue", "Nfalse");
    }

    @Test
    void aValueThatDoublesForEverIsRefused() throws DockerfileException {
        String value = "x".repeat(1 << 20);
        assertThatThrownBy(() -> expand("$A".repeat(64), "A", value))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining("grows beyond");
    }

    private static void refusing(String word, String message) {
        assertThatThrownBy(() -> expand(word, "S", "s", "E", ""))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining(message);
    }
}
