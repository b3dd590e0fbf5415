package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spec: dockerfile.md, .dockerignore; pains.md row 9. */
class DockerIgnoreTest {
    private static DockerIgnore ignore(String... lines) throws DockerfileException {
        return DockerIgnore.parse(".dockerignore", Parsing.bytes(String.join("\n", lines)));
    }

    @Test
    void commentsBeginInTheFirstColumn() throws DockerfileException {
        assertThat(ignore("# x", " #y").rules())
                .extracting(DockerIgnore.Rule::text)
                .containsExactly("#y");
        assertThat(ignore("\\#x").excludes("#x")).isTrue();
    }

    @Test
    void patternsAreTrimmedCleanedAndLoseTheirLeadingSlash() throws DockerfileException {
        DockerIgnore ignore = ignore("\uFEFF  /a/./b/ \r", "", "c/../d");
        assertThat(ignore.excludes("a/b")).isTrue();
        assertThat(ignore.excludes("d")).isTrue();
        assertThat(ignore.excludes("c")).isFalse();
    }

    @Test
    void patternsThatNameTheContextExcludeNothing() throws DockerfileException {
        assertThat(ignore(".", "/", "./").excludes("a")).isFalse();
    }

    @Test
    void theLastMatchWins() throws DockerfileException {
        DockerIgnore ignore = ignore("*.md", "! a.md", "!b.md", "b.md");
        assertThat(List.of("a.md", "b.md", "c.md", "d"))
                .map(ignore::excludes)
                .containsExactly(false, true, true, false);
    }

    @Test
    void anExcludedDirectoryTakesAllBelowItAlong() throws DockerfileException {
        DockerIgnore ignore = ignore("build");
        assertThat(List.of("build", "build/a/b", "buildx", "src/build"))
                .map(ignore::excludes)
                .containsExactly(true, true, false, false);
    }

    @Test
    void anExceptionCanReachBelowAnExcludedDirectory() throws DockerfileException {
        DockerIgnore ignore = ignore("*", "!src", "src/*.tmp");
        assertThat(List.of("src", "src/a", "src/b.tmp", "x"))
                .map(ignore::excludes)
                .containsExactly(false, false, true, true);
        DockerIgnore deep = ignore("**", "!src/**/*.txt");
        assertThat(deep.excludes("src/a/b.txt")).isFalse();
        assertThat(deep.excludes("src/a/b.md")).isTrue();
    }

    @Test
    void doubleStarsStandForAnyNumberOfDirectories() throws DockerfileException {
        DockerIgnore ignore = ignore("**/node_modules/", "a/**/x", "b/**", "**.log", "**/*.o");
        assertThat(List.of("node_modules", "p/q/node_modules/k", "a/x", "a/1/2/x", "b/f", "x.log", "d/y.log", "d/e.o"))
                .allMatch(ignore::excludes);
        assertThat(List.of("b", "a", "ax", "x", "node_modulesx", "d/e.oo")).noneMatch(ignore::excludes);
    }

    @Test
    void starsStayWithinANameAndMatchHiddenFiles() throws DockerfileException {
        DockerIgnore ignore = ignore("*.x", "d/?", "[^a]1", "[b-d]2", "\\*");
        assertThat(List.of(".x", "a.x", "d/.", "b1", "c2", "*", "!1")).allMatch(ignore::excludes);
        assertThat(List.of("d/a.x", "d/ab", "a1", "e2", "s")).noneMatch(ignore::excludes);
    }

    @Test
    void anExclamationMarkIsEscapedByABackslash() throws DockerfileException {
        assertThat(ignore("\\!x").excludes("!x")).isTrue();
    }

    @Test
    void anExclamationMarkAloneAndBrokenPatternsAreErrorsWithTheirLine() {
        assertThatThrownBy(() -> ignore("a", "!"))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining(".dockerignore:2");
        for (String bad : List.of("[a-", "[", "[]", "a\\", "[a-]", "[-a]")) {
            assertThatThrownBy(() -> ignore(bad))
                    .isInstanceOf(DockerfileException.class)
                    .hasMessageContaining(bad);
        }
    }

    @Test
    void namesAreBytes() throws DockerfileException {
        byte[] name = {'a', (byte) 0xFF, (byte) 0xC3, 'b'};
        assertThat(ignore("a??b").excludes(name)).isTrue();
        assertThat(ignore("a*").excludes(name)).isTrue();
        assertThat(ignore("a?b").excludes(name)).isFalse();
        assertThat(ignore("gr?ß").excludes("größ")).isTrue();
        assertThat(ignore("[ä-ü]").excludes("ö")).isTrue();
    }

    @Test
    void theDecidingPatternIsKnown() throws DockerfileException {
        DockerIgnore ignore = ignore("# logs", "*.log", "!a.log");
        assertThat(ignore.decidingRule(Parsing.bytes("b.log")))
                .hasValueSatisfying(rule -> assertThat(rule.line()).isEqualTo(2));
        assertThat(ignore.decidingRule(Parsing.bytes("a.log")))
                .hasValueSatisfying(rule -> assertThat(rule.isException()).isTrue());
        assertThat(ignore.decidingRule(Parsing.bytes("x"))).isEmpty();
    }

    @Test
    void aDirectoryThatCanHoldNothingIncludedNeedNotBeRead() throws DockerfileException {
        DockerIgnore ignore = ignore("*", "!src/a", "!**/keep");
        assertThat(enter(ignore, "x").mayHoldIncluded()).isTrue();
        DockerIgnore narrow = ignore("*", "!src/a");
        assertThat(enter(narrow, "x").mayHoldIncluded()).isFalse();
        assertThat(enter(narrow, "src").isExcluded()).isTrue();
        assertThat(enter(narrow, "src").mayHoldIncluded()).isTrue();
        assertThat(enter(ignore("x"), "y").mayHoldIncluded()).isTrue();
    }

    private static DockerIgnore.Walk enter(DockerIgnore ignore, String name) {
        return ignore.root().enter(Parsing.bytes(name));
    }

    @Test
    void aLeadingSlashOfAnExcludeFlagMatchesNothingAndATrailingOneIsHarmless() throws DockerfileException {
        InstructionSource source = Parsing.body("COPY . /").getFirst().source();
        assertThat(DockerIgnore.excludes(source, List.of("/a")).excludes("a")).isFalse();
        assertThat(DockerIgnore.excludes(source, List.of("a/")).excludes("a")).isTrue();
        assertThat(DockerIgnore.excludes(source, List.of("**", "!a.txt", "!sub/d"))
                        .excludes("sub/d"))
                .isFalse();
        assertThatThrownBy(() -> DockerIgnore.excludes(source, List.of("["))).hasMessageContaining("--exclude");
    }

    @Test
    void wildcardsOfCopyAreGosAndWithinOneName() {
        assertThat(matches("l*", "link")).isTrue();
        assertThat(matches("[^1]", "2")).isTrue();
        assertThat(matches("[!1]", "2")).isFalse();
        assertThat(matches("**", "ab")).isTrue();
        assertThat(matches("a\\*", "a*")).isTrue();
        assertThat(matches("*a*b*", "xxaxxbxx")).isTrue();
        assertThat(matches("?", "ab")).isFalse();
        assertThat(PathPattern.component("[one.txt,")).isEmpty();
        assertThat(PathPattern.hasWildcards("a\\*b")).isFalse();
        assertThat(PathPattern.hasWildcards("a[b")).isTrue();
    }

    private static boolean matches(String pattern, String name) {
        return PathPattern.component(pattern).orElseThrow().matches(Parsing.bytes(name));
    }

    @Test
    void fiftyPatternsOverTwoHundredThousandFilesTakeSeconds() throws DockerfileException {
        List<String> patterns = new ArrayList<>();
        for (int at = 0; at < 50; at++) {
            patterns.add("**/dir" + at + "/**/*.x" + at);
        }
        DockerIgnore ignore = ignore(patterns.toArray(String[]::new));
        assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> assertThat(excludedFiles(ignore)).isEqualTo(50));
    }

    private static int excludedFiles(DockerIgnore ignore) {
        int excluded = 0;
        for (int directory = 0; directory < 200; directory++) {
            DockerIgnore.Walk walk = ignore.root().enter(("dir" + directory).getBytes(StandardCharsets.UTF_8));
            for (int file = 0; file < 1_000; file++) {
                excluded += walk.enter(("file" + file + ".x" + file % 1_000).getBytes(StandardCharsets.UTF_8))
                                .isExcluded()
                        ? 1
                        : 0;
            }
        }
        return excluded;
    }
}
