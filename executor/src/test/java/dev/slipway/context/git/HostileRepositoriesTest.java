package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a repository may hold that no git would put there, and what it may not lead to. */
class HostileRepositoriesTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static final int NOISES = 50;
    private static final int NOISE_BYTES = 400_000;

    private static GitRepository evil;
    private static String noise = "";

    @BeforeAll
    static void makeRepositories() throws IOException {
        evil = SERVED.create("team/evil").file("x", "x");
        evil.commit("x");
        GitRepository noises = SERVED.create("team/noise");
        noises.git("config", "core.compression", "0");
        byte[] content = new byte[NOISE_BYTES];
        Random random = new Random(7);
        for (int each = 0; each < NOISES; each++) {
            random.nextBytes(content);
            Files.write(noises.work().resolve("noise-" + (10 + each)), content);
        }
        noise = noises.commit("noise");
    }

    @Test
    void aTreeThatNoGitMakesLeadsNowhere() throws Exception {
        for (String name : List.of("..", ".git", "a/../../b", ".GIT")) {
            push(entry(name));
            assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/evil") + "#evil"))
                    .as(name)
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("has a name that git doesn't allow");
            contexts.assertNothingIsLeft();
        }
    }

    @Test
    void aPathThatComesTwiceIsNamed() throws Exception {
        push(concat(entry("x"), entry("x")));
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/evil") + "#evil"))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("holds a path twice")
                .hasMessageContaining("\"x\"");
        contexts.assertNothingIsLeft();
    }

    @Test
    void aDirectoryOfItIsNoLinkAndNoFileAndWithinIt() throws Exception {
        evil.git("checkout", "--quiet", "-B", "links");
        Files.createSymbolicLink(evil.work().resolve("out"), Path.of("/etc"));
        Files.createSymbolicLink(evil.work().resolve("in"), Path.of("d"));
        evil.file("d/f", "f").commit("links");
        String url = SERVED.open().url("team/evil") + "#links:";
        assertThatThrownBy(() -> contexts.resolve(url + "out"))
                .hasMessageContaining("\"out\" is a symbolic link; name the directory itself");
        assertThatThrownBy(() -> contexts.resolve(url + "in/f")).hasMessageContaining("no directory \"in/f\"");
        assertThatThrownBy(() -> contexts.resolve(url + "d/f"))
                .hasMessageContaining("\"d/f\" is a file, not a directory");
        assertThatThrownBy(() -> contexts.resolve(url + "d/../../x")).hasMessageContaining("leads out of");
        contexts.assertNothingIsLeft();
        try (BuildContext context = contexts.resolve(url + "/./d//")) {
            assertThat(context.root().resolve("f")).hasContent("f");
        }
    }

    @Test
    void aRepositoryThatIsTooLargeIsRefused() {
        contexts.limit(0);
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/evil") + "#main"))
                .hasMessageContaining("larger than the limit of 0 bytes");
        contexts.assertNothingIsLeft();
    }

    /** Noise by noise, each below the limit: what comes is counted, not what it is said to be. */
    @ParameterizedTest
    @ValueSource(strings = {"", "#main", "#COMMIT"})
    void aRepositoryThatIsTooLargeIsGivenUpWhileItComes(String named) throws Exception {
        contexts.limit(1_000_000);
        try (GitHttpServer server = SERVED.with(Manners.OPEN)) {
            assertThatThrownBy(() -> contexts.resolve(server.url("team/noise") + named.replace("COMMIT", noise)))
                    .isInstanceOfSatisfying(
                            ContextException.class, e -> assertThat(e.kind()).isEqualTo(ContextException.Kind.CONTEXT))
                    .hasMessageContaining("is larger than the limit of 1000000 bytes: the fetch was given up after");
            contexts.assertNothingIsLeft();
            assertThat(server.sentBytes()).isBetween(1_000_000L, 8_000_000L);
            assertThat(server.requests())
                    .filteredOn(request -> request.contains("/git-upload-pack"))
                    .hasSizeLessThan(3);
        }
        assertThat(contexts.log()).isEmpty();
    }

    @Test
    void aRepositoryWithinTheLimitIsNotGivenUp() throws Exception {
        contexts.limit(NOISES * NOISE_BYTES);
        contexts.resolve(SERVED.open().url("team/noise")).close();
    }

    /** A few kilobytes on the wire. */
    @Test
    void aFileThatUnpacksToMoreThanTheLimitIsNotUnpacked() throws Exception {
        GitRepository bomb = SERVED.create("team/bomb");
        Files.write(bomb.work().resolve("zeros"), new byte[30_000_000]);
        bomb.commit("zeros");
        contexts.limit(1_000_000);
        try (GitHttpServer server = SERVED.with(Manners.OPEN)) {
            assertThatThrownBy(() -> contexts.resolve(server.url("team/bomb")))
                    .hasMessageContaining("is larger than the limit of 1000000 bytes: the fetch was given up");
            assertThat(server.sentBytes()).isLessThan(100_000);
        }
        contexts.assertNothingIsLeft();
    }

    @Test
    void theLimitIsForARepositoryAndItsSubmodulesTogether() throws Exception {
        GitRepository parent = SERVED.create("team/parent").file(".gitmodules", """
                [submodule "one"]
                    path = one
                    url = ../evil.git
                [submodule "other"]
                    path = other
                    url = ../evil.git
                """);
        parent.git("update-index", "--add", "--cacheinfo", "160000," + evil.head() + ",one");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + evil.head() + ",other");
        parent.git("add", ".gitmodules");
        parent.git("commit", "--quiet", "-m", "parent");
        parent.git("push", "--quiet", "origin", "HEAD");
        contexts.git("recurse-submodules=true");
        long own = Files.size(parent.work().resolve(".gitmodules"));
        contexts.limit(own + 2);
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/parent"))) {
            assertThat(context.sizeBytes()).hasValue(own + 2);
        }
        contexts.limit(own + 1);
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/parent")))
                .hasMessageContaining("limit of %d bytes; \"x\" with 1 bytes is one too many", own + 1);
        contexts.assertNothingIsLeft();
    }

    @Test
    void moreEntriesThanTheLimitAreRefusedByName() {
        contexts.limitEntries(NOISES - 1);
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/noise")))
                .hasMessageContaining(
                        "more than %d entries; \"noise-%d\" is one too many", NOISES - 1, 10 + NOISES - 1);
        contexts.assertNothingIsLeft();
    }

    @Test
    void anEmptyRepositoryIsSaidToBe() {
        SERVED.create("team/empty");
        for (String named : List.of("", "#main", "#" + "0".repeat(40))) {
            assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/empty") + named))
                    .as(named)
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("the repository is empty");
        }
    }

    private static byte[] entry(String name) {
        byte[] id = HexFormat.of().parseHex(evil.git("rev-parse", "main:x"));
        return concat(("100644 " + name + "\0").getBytes(StandardCharsets.UTF_8), id);
    }

    private static void push(byte[] tree) throws IOException {
        Path raw = Files.write(SERVED.root().resolve("tree"), tree);
        String id = evil.git("hash-object", "-t", "tree", "-w", "--literally", raw.toString());
        String commit = evil.git("commit-tree", id, "-m", "evil");
        evil.git("push", "--quiet", "--force", "origin", commit + ":refs/heads/evil");
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
