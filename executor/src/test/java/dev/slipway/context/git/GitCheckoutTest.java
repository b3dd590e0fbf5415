package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.context.GitOptions;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.host.HostTraces;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.FaultProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Git contexts from git's own servers over HTTP: what is fetched, by which spelling, with which credential. */
class GitCheckoutTest {

    private static final TemporaryDirectory SERVED = TemporaryDirectory.create("git-served");
    private static GitHttpServer server;
    private static GitHttpServer asking;
    private static GitRepository app;
    private static String first;
    private static String second;
    private static String pull;

    private final TemporaryDirectory directory = TemporaryDirectory.create("git-context");
    private final Path scratch = directory.path().resolve("build/context");
    private final List<String> log = new ArrayList<>();
    private Map<String, String> environment = Map.of("GIT_PULL_METHOD", "http");
    private GitOptions options = GitOptions.DEFAULT;

    @BeforeAll
    static void serve() {
        Path root = SERVED.path();
        GitRepository.create(root, "team/lib").file("lib.txt", "lib").commit("lib");
        app = GitRepository.create(root, "team/app")
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
        server = GitHttpServer.start(root);
        asking = GitHttpServer.start(root, Manners.OPEN.asking("oauth2:s3cret"));
    }

    @AfterAll
    static void stop() {
        server.close();
        asking.close();
        SERVED.close();
    }

    @AfterEach
    void clean() {
        directory.close();
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
        "?ref=feature, feature.txt",
        "?tag=v1, run.sh",
        "?branch=feature&subdir=service, part.txt",
        "#feature:service, part.txt",
        "#:service, part.txt"
    })
    void aNameOfTheRepositoryIsFetchedWithoutHistory(String named, String file) throws Exception {
        try (BuildContext context = resolve(server.url("team/app") + named)) {
            assertThat(context.root().resolve(file)).exists();
            assertThat(context.root().resolve(".git")).doesNotExist();
            assertThat(context.origin()).isEqualTo(server.url("team/app"));
            assertThat(context.revision()).get().asString().hasSize(40);
        }
        assertThat(scratch).doesNotExist();
    }

    @Test
    void kanikosSpellingNamesABranchAndACommitOfIt() throws Exception {
        String uri = "git://" + server.host() + "/team/app.git#refs/heads/main#" + first;
        try (BuildContext context = resolve(uri)) {
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
        try (BuildContext context = resolve(server.url("team/app") + "#" + pull)) {
            assertThat(context.root().resolve("proposed.txt")).exists();
        }
        try (BuildContext context = resolve(server.url("team/app") + "#" + first.substring(0, 8))) {
            assertThat(context.revision()).contains(first);
        }
    }

    @Test
    void aDumbServerWillDo() throws Exception {
        app.git("--git-dir", app.bare().toString(), "update-server-info");
        try (GitHttpServer dumb = GitHttpServer.start(SERVED.path(), Manners.OPEN.withFilesOnly());
                BuildContext context = resolve(dumb.url("team/app") + "#feature")) {
            assertThat(context.root().resolve("feature.txt")).hasContent("feature");
        }
    }

    @Test
    void aQueryNamesACommitWholeOrShortened() throws Exception {
        for (String query : List.of("?commit=" + first, "?tag=v1&commit=" + first.substring(0, 10))) {
            try (BuildContext context = resolve(server.url("team/app") + query)) {
                assertThat(context.revision()).contains(first);
            }
        }
    }

    @Test
    void filesHaveTheTimeOfTheirCommitIfTheQuerySaysSo() throws Exception {
        Instant committed = Instant.parse("2024-02-03T04:05:06Z");
        try (BuildContext context = resolve(server.url("team/app") + "?mtime=commit")) {
            assertThat(Files.getLastModifiedTime(context.root().resolve("second.txt")))
                    .isEqualTo(FileTime.from(committed));
        }
        try (BuildContext context = resolve(server.url("team/app") + "?mtime=checkout")) {
            assertThat(Files.getLastModifiedTime(context.root().resolve("second.txt")))
                    .isGreaterThan(FileTime.from(committed));
        }
    }

    @Test
    void aChecksumHoldsTheRepositoryToACommit() throws Exception {
        resolve(server.url("team/app") + "?ref=v1&checksum=" + first).close();
        assertThatThrownBy(() -> resolve(server.url("team/app") + "?ref=main&checksum=" + first))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("is the commit " + second + ", not " + first);
        assertThat(scratch).doesNotExist();
    }

    @Test
    void whatIsNotThereIsSaidWithWhatIs() {
        assertThatThrownBy(() -> resolve(server.url("team/app") + "#nope"))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("no branch or tag \"nope\" there; there are feature, main, v1");
        assertThatThrownBy(() -> resolve(server.url("team/app") + "#" + "0".repeat(40)))
                .hasMessageContaining("is in none of its branches and tags");
        assertThatThrownBy(() -> resolve(server.url("team/none"))).hasMessageContaining("not found");
        assertThatThrownBy(() -> resolve(server.url("team/app") + "#main:nope"))
                .hasMessageContaining("no directory \"nope\"");
        assertThat(scratch).doesNotExist();
    }

    @Test
    void theDirectoryOfTheRepositoryIsKeptOnRequestAndGitWorksInIt() throws Exception {
        environment = Map.of("GIT_TOKEN", "s3cret");
        options = GitOptions.parse("keep-git-dir=true");
        try (BuildContext context = resolve(asking.url("team/app") + "#v1")) {
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
        options = GitOptions.parse("branch=feature,depth=0,single-branch=false,keep-git-dir=true");
        try (BuildContext context = resolve(server.url("team/app"))) {
            assertThat(git(context.root(), "log", "--oneline").lines()).hasSize(2);
            assertThat(git(context.root(), "branch", "--remotes")).contains("origin/main", "origin/feature");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"token", "user", "url", "netrc", "git-credentials"})
    void aLoginIsFoundWhereItIs(String place) throws Exception {
        Path home = Files.createDirectories(directory.path().resolve("home"));
        String url = asking.url("team/app");
        environment = switch (place) {
            case "token" -> Map.of("GIT_TOKEN", "s3cret");
            case "user" -> Map.of("GIT_USERNAME", "oauth2", "GIT_PASSWORD", "s3cret");
            default -> Map.of("HOME", home.toString());
        };
        switch (place) {
            case "url" -> url = url.replace("://", "://oauth2:s3cret@");
            case "netrc" ->
                Files.writeString(home.resolve(".netrc"), "machine 127.0.0.1 login oauth2 password s3cret\n");
            case "git-credentials" ->
                Files.writeString(home.resolve(".git-credentials"), "http://oauth2:s3cret@" + asking.host() + "\n");
            default -> {}
        }
        try (BuildContext context = resolve(url)) {
            assertThat(context.revision()).contains(second);
            assertThat(context.origin()).doesNotContain("s3cret");
        }
    }

    @Test
    void aWrongLoginIsAClearErrorThatDoesNotShowIt() {
        environment = Map.of("GIT_TOKEN", "wr0ng");
        assertThatThrownBy(() -> resolve(asking.url("team/app")))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("give GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD")
                .hasMessageNotContaining("wr0ng");
        environment = Map.of();
        assertThatThrownBy(() -> resolve(asking.url("team/app").replace("://", "://me:wr0ng@")))
                .hasMessageNotContaining("wr0ng");
        assertThat(scratch).doesNotExist();
    }

    @Test
    void submodulesComeFromTheSameHostWithTheSameCredential() throws Exception {
        GitRepository parent =
                GitRepository.create(SERVED.path(), "team/parent").file("top.txt", "top");
        String lib = app.git("ls-remote", SERVED.path().resolve("team/lib.git").toString(), "refs/heads/main")
                .substring(0, 40);
        parent.git("update-index", "--add", "--cacheinfo", "160000," + lib + ",modules/relative");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + lib + ",modules/ssh");
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
        environment = Map.of("GIT_TOKEN", "s3cret");

        options = GitOptions.parse("recurse-submodules=true");
        try (BuildContext context = resolve(asking.url("team/parent"))) {
            assertThat(context.root().resolve("modules/relative/lib.txt")).hasContent("lib");
            assertThat(context.root().resolve("modules/ssh/lib.txt")).hasContent("lib");
        }
        try (BuildContext context = resolve(asking.url("team/parent") + "?submodules=false")) {
            assertThat(context.root().resolve("modules/relative")).isEmptyDirectory();
        }
        options = GitOptions.DEFAULT;
        try (BuildContext context = resolve(asking.url("team/parent"))) {
            assertThat(context.root().resolve("modules/relative")).isEmptyDirectory();
        }
        try (BuildContext context = resolve(asking.url("team/parent") + "?submodules=true")) {
            assertThat(context.root().resolve("modules/relative/lib.txt")).hasContent("lib");
        }
    }

    @Test
    void aSubmoduleOfThisMachineIsRefused() throws Exception {
        GitRepository parent = GitRepository.create(SERVED.path(), "team/local");
        parent.git("update-index", "--add", "--cacheinfo", "160000," + first + ",m");
        parent.file(".gitmodules", "[submodule \"m\"]\npath = m\nurl = file:///etc\n");
        parent.git("add", ".gitmodules");
        parent.git("commit", "--quiet", "-m", "local");
        parent.git("push", "--quiet", "origin", "HEAD");
        options = GitOptions.parse("recurse-submodules");
        assertThatThrownBy(() -> resolve(server.url("team/local")))
                .hasMessageContaining("\"file:///etc\" is no https, http or ssh URL");
    }

    @Test
    void largeFilesStandWhereTheirPointersWere() throws Exception {
        byte[] content = "large".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        String pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n".formatted(hash, content.length);
        GitRepository repository = GitRepository.create(SERVED.path(), "team/large")
                .file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
                .file("data/model.bin", pointer)
                .file("pointer.txt", pointer);
        repository.commit("large");
        Path stored = Files.createDirectories(repository.bare().resolve("lfs")).resolve(hash);

        environment = Map.of("GIT_TOKEN", "s3cret");
        assertThatThrownBy(() -> resolve(asking.url("team/large"))).hasMessageContaining("Object does not exist");
        Files.write(stored, content);
        try (BuildContext context = resolve(asking.url("team/large"))) {
            assertThat(context.root().resolve("data/model.bin")).hasBinaryContent(content);
            assertThat(context.root().resolve("pointer.txt")).hasContent(pointer);
        }
        Files.write(stored, "other".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> resolve(asking.url("team/large")))
                .hasMessageContaining("\"data/model.bin\" is not the one that the commit names");
        environment = Map.of("GIT_TOKEN", "s3cret", "GIT_LFS_SKIP_SMUDGE", "1");
        try (BuildContext context = resolve(asking.url("team/large"))) {
            assertThat(context.root().resolve("data/model.bin")).hasContent(pointer);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 50, 400})
    void aConnectionThatBreaksIsTriedAgain(long bytes) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(server.host()).then(new FaultProxy.Fault.ResetAfter(bytes));
                BuildContext context = resolve("http://" + proxy.host() + "/team/app.git#main")) {
            assertThat(context.revision()).contains(second);
        }
    }

    @Test
    void aRepositoryThatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> ContextResolvers.installed()
                        .resolve(
                                server.url("team/app"),
                                Optional.empty(),
                                options().withSizeLimit(OptionalLong.of(20))))
                .hasMessageContaining("larger than the limit of 20 bytes");
        assertThat(scratch).doesNotExist();
    }

    @Test
    void aTreeThatNoGitMakesLeadsNowhere() throws Exception {
        GitRepository evil = GitRepository.create(SERVED.path(), "team/evil");
        evil.file("x", "x").commit("x");
        String blob = evil.git("rev-parse", "HEAD:x");
        byte[] entry = HexFormat.of().parseHex(blob);
        for (String name : List.of("..", ".git", "a/../../b", ".GIT")) {
            byte[] header = ("100644 " + name + "\0").getBytes(StandardCharsets.UTF_8);
            Path raw = directory.path().resolve("tree");
            Files.write(raw, concat(header, entry));
            String tree = evil.git("hash-object", "-t", "tree", "-w", "--literally", raw.toString());
            String commit = evil.git("commit-tree", tree, "-m", "evil");
            evil.git("push", "--quiet", "--force", "origin", commit + ":refs/heads/evil");
            assertThatThrownBy(() -> resolve(server.url("team/evil") + "#evil"))
                    .as(name)
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("has a name that git doesn't allow");
            assertThat(scratch).doesNotExist();
            assertThat(directory.path().resolve("build")).isEmptyDirectory();
        }
    }

    @Test
    void aDockerfilesRepositoryNeverGetsTheEnvironmentsLogin() throws Exception {
        GitSource source = GitSource.parse(asking.url("team/app"), Map.of());
        Map<String, String> login = Map.of("GIT_TOKEN", "s3cret");
        assertThat(GitCredentials.ofDockerfile(source, login).forServer(source.url()))
                .isEmpty();
        assertThat(GitCredentials.ofUser(source, login).forServer(source.url())).isNotEmpty();
        assertThat(GitCredentials.ofUser(source, login).forServer("http://elsewhere.example/team/app.git"))
                .isEmpty();
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private BuildContext resolve(String uri) throws ContextException, InterruptedException {
        return ContextResolvers.installed().resolve(uri, Optional.empty(), options());
    }

    private ContextOptions options() {
        return ContextOptions.in(scratch)
                .withEnvironment(environment)
                .withGit(options)
                .withLog(log::add);
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
