package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who we say we are to a git server, and to which servers alone. */
class GitLoginsTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static String commit = "";

    @BeforeAll
    static void makeARepository() {
        commit = SERVED.create("team/app").file("a.txt", "a").commit("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"token", "user", "url", "netrc", "git-credentials"})
    void aLoginIsFoundWhereItIs(String place) throws Exception {
        Path home = Files.createDirectories(contexts.room().resolve("home"));
        String url = SERVED.asking().url("team/app");
        contexts.environment(
                switch (place) {
                    case "token" -> Map.of("GIT_TOKEN", "s3cret");
                    case "user" -> Map.of("GIT_USERNAME", "oauth2", "GIT_PASSWORD", "s3cret");
                    default -> Map.of("HOME", home.toString());
                });
        switch (place) {
            case "url" -> url = url.replace("://", "://oauth2:s3cret@");
            case "netrc" ->
                Files.writeString(home.resolve(".netrc"), "machine 127.0.0.1 login oauth2 password s3cret\n");
            case "git-credentials" ->
                Files.writeString(
                        home.resolve(".git-credentials"),
                        "http://no url@\nhttp://oauth2:s3cret@"
                                + SERVED.asking().host() + "\n");
            default -> {}
        }
        try (BuildContext context = contexts.resolve(url)) {
            assertThat(context.revision()).contains(commit);
            assertThat(context.origin()).doesNotContain("s3cret");
        }
    }

    @Test
    void aWrongLoginIsAClearErrorThatDoesNotShowIt() {
        contexts.environment(Map.of("GIT_TOKEN", "wr0ng"));
        assertThatThrownBy(() -> contexts.resolve(SERVED.asking().url("team/app")))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("give GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD")
                .hasMessageNotContaining("wr0ng");
        contexts.environment(Map.of());
        assertThatThrownBy(
                        () -> contexts.resolve(SERVED.asking().url("team/app").replace("://", "://me:wr0ng@")))
                .hasMessageNotContaining("wr0ng");
        contexts.assertNothingIsLeft();
    }

    @Test
    void aDockerfilesRepositoryNeverGetsTheEnvironmentsLogin() throws Exception {
        GitSource source = GitSource.parse(SERVED.asking().url("team/app"), Map.of());
        Map<String, String> login = Map.of("GIT_TOKEN", "s3cret");
        assertThat(GitCredentials.ofDockerfile(source, login).forServer(source.url()))
                .isEmpty();
        assertThat(GitCredentials.ofUser(source, login).forServer(source.url())).isNotEmpty();
        assertThat(GitCredentials.ofUser(source, login).forServer("http://elsewhere.example/team/app.git"))
                .isEmpty();
    }

    @Test
    void aHostWhoseNameIsNoHostNameHasItsOwnLoginsOnly(@TempDir Path home) throws Exception {
        Files.writeString(
                home.resolve(".netrc"), "machine git_lab.example login a password b default login c password d");
        Files.writeString(home.resolve(".git-credentials"), "https://me:hunter2@git_hub.example\n");
        GitSource source = GitSource.parse(SERVED.asking().url("team/app"), Map.of());
        GitCredentials credentials = GitCredentials.ofUser(source, Map.of("HOME", home.toString()));
        assertThat(credentials.forServer("https://git_lab.example/team/app.git"))
                .containsExactly(new GitLogin("a", "b"));
        assertThat(credentials.forServer("https://git_hub.example/team/app.git"))
                .containsExactly(new GitLogin("me", "hunter2"), new GitLogin("c", "d"));
        assertThat(credentials.forServer("https://git_hub.example:444/team/app.git"))
                .containsExactly(new GitLogin("c", "d"));
    }

    /** JGit by itself would send it along. */
    @Test
    void aLoginDoesNotFollowToAnotherHost() throws Exception {
        HttpServer leading = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        leading.createContext("/", exchange -> {
            try (exchange) {
                boolean known = exchange.getRequestHeaders().containsKey("Authorization");
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.getResponseHeaders()
                        .add("Location", "http://" + SERVED.open().host() + exchange.getRequestURI());
                exchange.sendResponseHeaders(known ? 302 : 401, -1);
            }
        });
        leading.start();
        contexts.environment(Map.of("GIT_TOKEN", "s3cret"));
        try (BuildContext context = contexts.resolve("http://127.0.0.1:%d/team/app.git"
                .formatted(leading.getAddress().getPort()))) {
            assertThat(context.revision()).contains(commit);
        } finally {
            leading.stop(0);
        }
        assertThat(SERVED.open().requests()).isNotEmpty().noneMatch(request -> request.contains(" as "));
    }

    @Test
    void aNameMayHoldWhatAUrlEncodes() throws Exception {
        String head = SERVED.create("team/my app").file("a", "a").commit("a");
        contexts.environment(Map.of("GIT_TOKEN", "s3cret"));
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/my%20app"))) {
            assertThat(context.revision()).contains(head);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://ci:p/ss@host.example/app.git",
                "https://ci:p#ss@host.example/app.git",
                "https://ci:p?ss@host.example/app.git",
                "https://ci:p%zss@host.example:port/app.git",
                "https://host.example/app.git?ref=%zz",
                "https://my_host/app.git",
                "https://host.example:99999/app.git",
                "https://host.example/my app.git"
            })
    void whatIsNoUrlIsAnErrorThatShowsNoPassword(String url) {
        assertThatThrownBy(() -> contexts.resolve(url))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("host")
                .hasMessageNotContainingAny("ss@", "p/s", "p#s", "p?s");
    }
}
