package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.host.HostTraces;
import dev.slipway.fixture.process.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Git contexts from git's own servers over HTTP: what is fetched, by which spelling. */
class GitCheckoutTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static GitRepository app;
    private static String first;
    private static String second;
    private static String pull;

    @BeforeAll
    static void makeARepository() {
        app = SERVED.create("team/app")
                .file("Dockerfile", "FROM scratch\n")
                .file("run.sh", "#!/bin/sh\n")
                .file("service/part.txt", "part")
                .file("crlf.bat", "echo\n")
                .file(".gitattributes", "*.bat text eol=crlf\n");
        app.git("update-index", "--add", "--chmod=+x", "run.sh");
        app.work().resolve("run.sh").toFile().setExecutable(true);
        first = app.commit("first");
        app.git("tag", "-a", "v1", "-m", "v1");
        app.git("push", "--quiet", "origin", "v1");
        app.git("checkout", "--quiet", "-b", "feature");
        app.file("feature.txt", "feature").commit("feature");
        app.git("checkout", "--quiet", "-b", "proposal");
        pull = app.file("proposed.txt", "proposed").commit("proposed");
        app.git("push", "--quiet", "origin", "HEAD:refs/pull/1/head", ":proposal");
        app.git("checkout", "--quiet", "main");
        second = app.file("second.txt", "second").commit("second");
    }

    @ParameterizedTest
    @CsvSource({
        "'', second.txt",
        "#main, second.txt",
        "#refs/heads/feature, feature.txt",
        "#feature, feature.txt",
        "#v1, run.sh",
        "#refs/tags/v1, run.sh",
        "#refs/pull/1/head, proposed.txt",
        "#pull/1/head, proposed.txt",
        "?ref=feature, feature.txt",
        "?tag=v1, run.sh",
        "?branch=feature&subdir=service, part.txt",
        "#feature:service, part.txt",
        "#:service, part.txt"
    })
    void aNameOfTheRepositoryIsFetchedWithoutHistory(String named, String file) throws Exception {
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + named)) {
            assertThat(context.root().resolve(file)).exists();
            assertThat(context.root().resolve(".git")).doesNotExist();
            assertThat(context.origin()).isEqualTo(SERVED.open().url("team/app"));
            assertThat(context.revision()).get().asString().hasSize(40);
        }
        contexts.assertNothingIsLeft();
    }

    @Test
    void kanikosSpellingNamesABranchAndACommitOfIt() throws Exception {
        String uri = "git://" + SERVED.open().host() + "/team/app.git#refs/heads/main#" + first;
        try (BuildContext context = contexts.resolve(uri)) {
            assertThat(context.revision()).contains(first);
            assertThat(context.root().resolve("second.txt")).doesNotExist();
            assertThat(context.root().resolve("run.sh")).isExecutable();
            assertThat(context.root().resolve("crlf.bat")).hasContent("echo\r\n");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(context.root().resolve("Dockerfile"))))
                    .isEqualTo("rw-r--r--");
        }
    }

    @Test
    void aCommitIsFetchedByItsIdWholeOrShortened() throws Exception {
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + "#" + pull)) {
            assertThat(context.root().resolve("proposed.txt")).exists();
        }
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + "#" + first.substring(0, 8))) {
            assertThat(context.revision()).contains(first);
        }
    }

    @Test
    void aDumbServerWillDo() throws Exception {
        app.git("--git-dir", app.bare().toString(), "update-server-info");
        try (GitHttpServer dumb = SERVED.with(Manners.OPEN.withFilesOnly())) {
            try (BuildContext context = contexts.resolve(dumb.url("team/app") + "#feature")) {
                assertThat(context.root().resolve("feature.txt")).hasContent("feature");
            }
            try (BuildContext context = contexts.resolve(dumb.url("team/app") + "#" + first)) {
                assertThat(context.revision()).contains(first);
                assertThat(context.root().resolve("second.txt")).doesNotExist();
            }
        }
    }

    /** The history of the branch that is named, or else of all. */
    @ParameterizedTest
    @ValueSource(strings = {"#refs/heads/main#", "#"})
    void aServerThatGivesNoCommitByItsIdGivesTheHistoryThatHasIt(String named) throws Exception {
        try (GitHttpServer old = SERVED.with(Manners.OPEN.ofOldTimes())) {
            assertThat(Program.of(
                                    "git",
                                    "-c",
                                    "init.defaultBranch=main",
                                    "fetch",
                                    "--depth=1",
                                    old.url("team/app"),
                                    first)
                            .in(app.work())
                            .run()
                            .err())
                    .contains("does not allow request for unadvertised object");
            try (BuildContext context = contexts.resolve(old.url("team/app").replace("http", "git") + named + first)) {
                assertThat(context.revision()).contains(first);
                assertThat(context.root().resolve("run.sh")).isExecutable();
                assertThat(context.root().resolve("second.txt")).doesNotExist();
            }
            assertThatThrownBy(() -> contexts.resolve(old.url("team/app") + "#" + "1".repeat(40)))
                    .hasMessageContaining("is in none of its branches and tags");
        }
        contexts.assertNothingIsLeft();
    }

    @Test
    void aQueryNamesACommitWholeOrShortened() throws Exception {
        for (String query : List.of("?commit=" + first, "?tag=v1&commit=" + first.substring(0, 10))) {
            try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + query)) {
                assertThat(context.revision()).contains(first);
            }
        }
    }

    @Test
    void filesHaveTheTimeOfTheirCommitIfTheQuerySaysSo() throws Exception {
        Instant committed = Instant.parse("2024-02-03T04:05:06Z");
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + "?mtime=commit")) {
            assertThat(Files.getLastModifiedTime(context.root().resolve("second.txt")))
                    .isEqualTo(FileTime.from(committed));
        }
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app") + "?mtime=checkout")) {
            assertThat(Files.getLastModifiedTime(context.root().resolve("second.txt")))
                    .isGreaterThan(FileTime.from(committed));
        }
    }

    @Test
    void aChecksumHoldsTheRepositoryToACommit() throws Exception {
        contexts.resolve(SERVED.open().url("team/app") + "?ref=v1&checksum=" + first)
                .close();
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/app") + "?ref=main&checksum=" + first))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("is the commit " + second + ", not " + first);
        contexts.assertNothingIsLeft();
    }

    @Test
    void whatIsNotThereIsSaidWithWhatIs() {
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/app") + "#nope"))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("no branch or tag \"nope\" there; there are feature, main, v1");
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/app") + "#" + "0".repeat(40)))
                .hasMessageContaining("is in none of its branches and tags");
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/none")))
                .hasMessageContaining("not found");
        assertThatThrownBy(() -> contexts.resolve(SERVED.open().url("team/app") + "#main:nope"))
                .hasMessageContaining("no directory \"nope\"");
        contexts.assertNothingIsLeft();
    }

    @Test
    void theDirectoryOfTheRepositoryIsKeptOnRequestAndGitWorksInIt() throws Exception {
        contexts.environment(Map.of("GIT_TOKEN", "s3cret"));
        contexts.git("keep-git-dir=true");
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/app") + "#v1")) {
            Path root = context.root();
            assertThat(git(root, "status", "--porcelain")).isEmpty();
            assertThat(git(root, "rev-parse", "HEAD")).isEqualTo(first);
            assertThat(git(root, "describe", "--tags")).isEqualTo("v1");
            assertThat(git(root, "log", "--oneline").lines()).hasSize(1);
            for (String file : HostTraces.files(root.resolve(".git"))) {
                Path found = root.resolve(".git").resolve(file);
                if (Files.isRegularFile(found)) {
                    assertThat(new String(Files.readAllBytes(found), StandardCharsets.ISO_8859_1))
                            .as(file)
                            .doesNotContain("s3cret");
                }
            }
        }
    }

    @Test
    void depthAndBranchesComeAsTheFlagSays() throws Exception {
        contexts.git("branch=feature,depth=0,single-branch=false,keep-git-dir=true");
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/app"))) {
            assertThat(git(context.root(), "log", "--oneline").lines()).hasSize(2);
            assertThat(git(context.root(), "branch", "--remotes")).contains("origin/main", "origin/feature");
        }
    }

    @Test
    void aBranchMayBeNamedLikeACommit() throws Exception {
        GitRepository named = SERVED.create("team/named");
        String commit = named.file("a", "1").commit("one");
        String other = named.file("a", "2").commit("two");
        String shortened = commit.substring(0, 9);
        named.git("push", "--quiet", "origin", "main:refs/heads/" + shortened, "main:refs/heads/" + commit);
        String url = SERVED.open().url("team/named") + "#";
        for (String branch : List.of(shortened, "refs/heads/" + commit)) {
            try (BuildContext context = contexts.resolve(url + branch)) {
                assertThat(context.revision()).as(branch).contains(other);
            }
        }
        try (BuildContext context = contexts.resolve(url + commit)) {
            assertThat(context.revision()).contains(commit);
        }
    }

    @Test
    void aLargeFileStreams() throws Exception {
        byte[] noise = new byte[12 << 20];
        new Random(5).nextBytes(noise);
        GitRepository repository = SERVED.create("team/large");
        Files.write(repository.work().resolve("large"), noise);
        repository.commit("large");
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/large"))) {
            assertThat(context.root().resolve("large")).hasBinaryContent(noise);
        }
    }

    private static String git(Path where, String... arguments) throws IOException {
        return Program.of("git", "-c", "safe.directory=*")
                .with(arguments)
                .in(where)
                .withVariable("GIT_CONFIG_GLOBAL", "/dev/null")
                .runSuccessfully()
                .out()
                .strip();
    }
}
