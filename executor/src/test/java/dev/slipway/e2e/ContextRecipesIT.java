package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.git.SshServer;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every recipe of {@code docs/contexts.md} that needs no cloud, run as it stands with local servers behind its names. */
class ContextRecipesIT {

    private static final List<Recipe> RECIPES = Recipe.of("contexts.md");

    @AutoClose
    private final Workspace workspace = new Workspace();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    private GitRepository repository;

    @BeforeEach
    void writeTheSource() {
        workspace.shell(
                "mkdir -p src home secrets srv; printf 'FROM scratch\\nCOPY a.txt /\\n' > src/Dockerfile; echo a > src/a.txt");
        repository = GitRepository.create(workspace.path("srv"), "team/app")
                .file("Dockerfile", "FROM scratch\nCOPY a.txt /\n")
                .file("a.txt", "a")
                .file("service/Dockerfile", "FROM scratch\nCOPY a.txt /\n")
                .file("service/a.txt", "a");
        repository.commit("a");
        repository.git("push", "--quiet", "origin", "HEAD:refs/tags/v1");
    }

    @ParameterizedTest
    @FieldSource("RECIPES")
    void isTrue(Recipe recipe) throws IOException {
        try (GitHttpServer git = GitHttpServer.start(workspace.path("srv"), Manners.OPEN.asking("oauth2:s3cret"));
                SshServer ssh = SshServer.start("ed25519")) {
            HttpServer files = files();
            try {
                run(recipe, git, ssh, files);
            } finally {
                files.stop(0);
            }
        }
        workspace.assertNothingIsLeft();
    }

    private void run(Recipe recipe, GitHttpServer git, SshServer ssh, HttpServer files) throws IOException {
        String own = workspace.path().toString();
        Files.copy(ssh.key(), workspace.path("secrets/id_ed25519"));
        Files.copy(ssh.knownHosts(), workspace.path("secrets/known_hosts"));
        Map<String, String> names = Map.of(
                "https://files.example",
                "http://127.0.0.1:" + files.getAddress().getPort(),
                "machine files.example",
                "machine 127.0.0.1",
                "https://git.example",
                "http://" + git.host(),
                "git://git.example",
                "git://" + git.host(),
                "ssh://git@ssh.example/srv",
                ssh.url(workspace.path("srv")),
                "registry.example",
                registry.host(),
                "/workspace/",
                own + "/",
                "/secrets/",
                own + "/secrets/");
        Completed done = recipe.run(workspace, names, Map.of("GIT_PULL_METHOD", "http"));
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err() + done.out()).doesNotContain("s3cret");
        assertThat(registry.requests().stream().map(Object::toString))
                .anyMatch(request -> request.startsWith("PUT /v2/app/manifests/1"));
    }

    @Test
    void everySchemeHasARecipeOfTenLinesAtMost() {
        List<Recipe> all = Stream.concat(RECIPES.stream(), Recipe.of("object-stores.md").stream())
                .toList();
        assertThat(all).allSatisfy(recipe -> assertThat(recipe.script().lines()).hasSizeLessThanOrEqualTo(10));
        String scripts = all.stream().map(Recipe::script).collect(Collectors.joining());
        assertThat(scripts)
                .contains("dir://", "tar:///", "tar://stdin", "https://files", "git://", ".git#", "ssh://")
                .contains("s3://", "gs://", ".blob.core.windows.net/");
    }

    /** A file server that wants a login. */
    private HttpServer files() throws IOException {
        workspace.shell("tar -c -z -C src . > served.tar.gz");
        byte[] archive = Files.readAllBytes(workspace.path("served.tar.gz"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/team/src.tar.gz", exchange -> answer(exchange, archive));
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, byte[] archive) throws IOException {
        String login = Base64.getEncoder().encodeToString("ci:s3cret".getBytes(StandardCharsets.UTF_8));
        try (exchange) {
            if (("Basic " + login).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(200, archive.length);
                exchange.getResponseBody().write(archive);
            } else {
                exchange.sendResponseHeaders(401, -1);
            }
        }
    }
}
