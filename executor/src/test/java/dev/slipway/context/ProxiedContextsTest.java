package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.ForwardProxy;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contexts behind a company's proxy, which wants a login, and behind certificates of its own authority. */
class ProxiedContextsTest {
    private static final String LOGIN = "me:hunter2";

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("proxied");

    private final Path scratch = directory.path().resolve("build/context");

    @Test
    void aGitServerWithAPrivateCertificateIsReachedOnceItIsTrusted() throws Exception {
        ServerCertificate certificate = ServerCertificate.create(directory.path());
        try (GitHttpServer server = repository(Manners.OPEN.with(certificate))) {
            String uri = "git://" + server.host() + "/app.git#refs/heads/main";
            assertThatThrownBy(() -> resolve(uri, Map.of(), GitOptions.DEFAULT))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("PKIX")
                    .hasMessageContaining("add its authority with --ca-dir or SSL_CERT_FILE");
            assertThat(scratch).doesNotExist();
            Map<String, String> trusting =
                    Map.of("SSL_CERT_FILE", certificate.certificate().toString());
            try (BuildContext context = resolve(uri, trusting, GitOptions.DEFAULT)) {
                assertThat(context.root().resolve("a.txt")).hasContent("a");
            }
            try (BuildContext context = resolve(uri, Map.of(), GitOptions.parse("insecure-skip-tls=true"))) {
                assertThat(context.root().resolve("a.txt")).hasContent("a");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aGitServerIsReachedThroughAProxyThatWantsALogin(String scheme) throws Exception {
        Manners manners =
                scheme.equals("http") ? Manners.OPEN : Manners.OPEN.with(ServerCertificate.create(directory.path()));
        try (GitHttpServer server = repository(manners);
                ForwardProxy proxy = ForwardProxy.before(server.host(), LOGIN)) {
            String uri = scheme + "://git.example/app.git#main";
            // The certificate is another host's.
            GitOptions unverified = GitOptions.parse("insecure-skip-tls=true");
            try (BuildContext context = resolve(uri, proxies(proxy.url()), unverified)) {
                assertThat(context.root().resolve("a.txt")).hasContent("a");
            }
            assertThat(proxy.requests())
                    .first()
                    .asString()
                    .startsWith(scheme.equals("http") ? "GET http://git.example/app.git/" : "CONNECT git.example:443 ");
            assertThatThrownBy(() -> resolve(uri, proxies(proxy.url().replace(LOGIN, "me:wr0ng")), unverified))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("407")
                    .hasMessageNotContaining("wr0ng");
            assertThat(scratch).doesNotExist();
        }
    }

    @Test
    void anArchiveIsFetchedThroughAProxyThatWantsALogin() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, entries -> entries.file("a.txt", 0644, "a"));
        HttpServer files = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        files.createContext("/src.tar", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, archive.size());
                archive.writeTo(exchange.getResponseBody());
            }
        });
        files.start();
        try (ForwardProxy proxy =
                        ForwardProxy.before("127.0.0.1:" + files.getAddress().getPort(), LOGIN);
                BuildContext context =
                        resolve("http://files.example/src.tar", proxies(proxy.url()), GitOptions.DEFAULT)) {
            assertThat(context.root().resolve("a.txt")).hasContent("a");
            assertThat(proxy.requests()).containsExactly("GET http://files.example/src.tar HTTP/1.1");
        } finally {
            files.stop(0);
        }
    }

    private static Map<String, String> proxies(String url) {
        return Map.of("http_proxy", url, "HTTPS_PROXY", url);
    }

    private GitHttpServer repository(Manners manners) {
        Path root = directory.path().resolve("srv");
        GitRepository.create(root, "app").file("a.txt", "a").commit("a");
        return GitHttpServer.start(root, manners);
    }

    private BuildContext resolve(String uri, Map<String, String> environment, GitOptions git) throws Exception {
        ContextOptions options = ContextOptions.in(scratch)
                .withEnvironment(environment)
                .withNetwork(NetworkSettings.of(environment))
                .withGit(git);
        return ContextResolvers.installed().resolve(uri, Optional.empty(), options);
    }
}
