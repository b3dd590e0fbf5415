package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitRepository;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Repositories within repositories: by which URL and with which credential they come, and where it ends. */
class SubmodulesTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static GitRepository lib;

    @BeforeAll
    static void makeALibrary() {
        lib = SERVED.create("team/lib").file("lib.txt", "lib");
        lib.commit("lib");
    }

    @Test
    void submodulesComeFromTheSameHostWithTheSameCredential() throws Exception {
        GitRepository parent = SERVED.create("team/parent").file("top.txt", "top");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + lib.head() + ",modules/relative");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + lib.head() + ",modules/ssh");
        parent.file(".gitmodules", """
                [submodule "relative"]
                    path = modules/relative
                    url = ../lib.git
                [submodule "ssh"]
                    path = modules/ssh
                    url = git@127.0.0.1:team/lib.git
                """);
        parent.git("add", "top.txt", ".gitmodules");
        parent.git("commit", "--quiet", "-m", "parent");
        parent.git("push", "--quiet", "origin", "HEAD");
        contexts.environment(Map.of("GIT_TOKEN", "s3cret"));

        contexts.git("recurse-submodules=true");
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/parent"))) {
            assertThat(context.root().resolve("modules/relative/lib.txt")).hasContent("lib");
            assertThat(context.root().resolve("modules/ssh/lib.txt")).hasContent("lib");
        }
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/parent") + "?submodules=false")) {
            assertThat(context.root().resolve("modules/relative")).isEmptyDirectory();
        }
        contexts.git("");
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/parent"))) {
            assertThat(context.root().resolve("modules/relative")).isEmptyDirectory();
        }
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/parent") + "?submodules=true")) {
            assertThat(context.root().resolve("modules/relative/lib.txt")).hasContent("lib");
        }
    }

    @Test
    void aSubmoduleOfThisMachineIsRefused() throws Exception {
        GitRepository parent = SERVED.create("team/local");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + lib.head() + ",m");
        parent.file(".gitmodules", "[submodule \"m\"]\npath = m\nurl = file:///etc\n");
        parent.git("add", ".gitmodules");
        parent.git("commit", "--quiet", "-m", "local");
        parent.git("push", "--quiet", "origin", "HEAD");
        contexts.git("recurse-submodules");
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/local")))
                .hasMessageContaining("\"file:///etc\" is no https, http or ssh URL");
    }

    @Test
    void aRepositoryMayHoldAnEarlierOneOfItself() throws Exception {
        GitRepository loop = SERVED.create("team/loop");
        loop.file(".gitmodules", "[submodule \"m\"]\npath = m\nurl = ../loop.git\n");
        String first = loop.commit("first");
        loop.git("update-index", "--add", "--cacheinfo", "160000," + first + ",m");
        loop.git("commit", "--quiet", "-m", "loop");
        loop.git("push", "--quiet", "origin", "HEAD");
        contexts.git("recurse-submodules");
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/loop"))) {
            assertThat(context.root().resolve("m/.gitmodules")).exists();
            assertThat(context.root().resolve("m/m")).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "../../../../x.git, leads above the server's root",
        "https://host:port/x.git, is no URL",
        "ext::sh -c id, 'is no https, http or ssh URL'",
        "/etc, 'is no https, http or ssh URL'"
    })
    void aUrlThatLeadsNowhereIsRefused(String url, String words) {
        GitSource parent = GitContexts.source("https://host.example/team/app.git");
        assertThatThrownBy(() -> GitSource.submodule(url, "a".repeat(40), parent))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining(words);
    }
}
