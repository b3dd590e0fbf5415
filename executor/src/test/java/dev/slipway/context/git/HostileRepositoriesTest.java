package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a repository may hold that no git would put there, and what it may not lead to. */
class HostileRepositoriesTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static GitRepository evil;

    @BeforeAll
    static void makeARepository() {
        evil = SERVED.create("team/evil").file("x", "x");
        evil.commit("x");
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
