package dev.slipway.context.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Retries;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives over HTTP from a server that sends what each test tells it to. */
class HttpResolverTest {

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("http-context");

    private final Path scratch = directory.path().resolve("context");
    private final byte[] random = new byte[200_000];
    private final byte[] archive;
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private Map<String, String> environment = Map.of();
    private NetworkSettings network = NetworkSettings.direct();

    HttpResolverTest() {
        new Random(7).nextBytes(random);
        archive = archive(random);
    }

    @Test
    void anArchiveIsUnpackedWhileItComes() throws Exception {
        try (Server server = serve((exchange, from) -> send(exchange, archive, from, "\"v1\"", archive.length));
                BuildContext context = resolve(server.url())) {
            assertThat(context.root().resolve("dir/random")).hasBinaryContent(random);
            assertThat(requests).containsExactly("GET /src.tar.gz");
        }
        assertThat(scratch).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 511, 512, 513, 100_000, 199_999})
    void aConnectionThatBreaksIsResumedWhereItBroke(int cut) throws Exception {
        try (Server server = serve((exchange, from) ->
                        send(exchange, archive, from, "\"v1\"", requests.size() == 1 ? cut : archive.length));
                BuildContext context = resolve(server.url())) {
            assertThat(context.root().resolve("dir/random")).hasBinaryContent(random);
            assertThat(requests).hasSize(2);
        }
    }

    @Test
    void anArchiveThatIsReplacedMeanwhileIsRefused() {
        byte[] other = archive(new byte[200_000]);
        try (Server server = serve((exchange, from) -> {
            boolean first = requests.size() == 1;
            send(
                    exchange,
                    first ? archive : other,
                    first ? from : 0,
                    first ? "\"v1\"" : "\"v2\"",
                    first ? 90_000 : other.length);
        })) {
            assertThatThrownBy(() -> resolve(server.url()))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("was replaced while it was being downloaded");
        }
        assertThat(scratch).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void whatPassesIsWaitedForAsTheServerAsks(int status) throws Exception {
        try (Server server = serve((exchange, from) -> {
                    if (requests.size() == 1) {
                        exchange.getResponseHeaders().add("Retry-After", "3");
                        exchange.sendResponseHeaders(status, -1);
                    } else {
                        send(exchange, archive, from, "\"v1\"", archive.length);
                    }
                });
                BuildContext context = resolve(server.url())) {
            assertThat(context.root().resolve("dir")).exists();
        }
        assertThat(pauses).containsExactly(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-MD5", "Digest", "Repr-Digest"})
    void aChecksumThatTheServerSendsIsHeld(String header) throws Exception {
        for (boolean right : new boolean[] {true, false}) {
            byte[] sum = MessageDigest.getInstance(header.equals("Content-MD5") ? "MD5" : "SHA-256")
                    .digest(right ? archive : random);
            String base64 = Base64.getEncoder().encodeToString(sum);
            String value = switch (header) {
                case "Digest" -> "sha-256=" + base64;
                case "Repr-Digest" -> "sha-256=:" + base64 + ":";
                default -> base64;
            };
            try (Server server = serve((exchange, from) -> {
                exchange.getResponseHeaders().add(header, value);
                send(exchange, archive, from, "\"v1\"", archive.length);
            })) {
                if (right) {
                    resolve(server.url()).close();
                } else {
                    assertThatThrownBy(() -> resolve(server.url())).hasMessageContaining("does not match the");
                }
            }
            assertThat(scratch).doesNotExist();
        }
    }

    @Test
    void loginsComeFromTheUrlOrNetrcAndNeverFollowToAnotherHost() throws Exception {
        Path home = Files.createDirectories(directory.path().resolve("home"));
        Files.writeString(home.resolve(".netrc"), "machine 127.0.0.1\n  login me\n  password s3cret\n");
        String expected = "Basic " + Base64.getEncoder().encodeToString("me:s3cret".getBytes(StandardCharsets.UTF_8));
        List<String> elsewhere = new ArrayList<>();
        try (Server other = serve((exchange, from) -> {
                    elsewhere.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                    send(exchange, archive, from, "\"v1\"", archive.length);
                });
                Server server = serve((exchange, from) -> {
                    if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                        exchange.sendResponseHeaders(401, -1);
                    } else {
                        exchange.getResponseHeaders().add("Location", other.url());
                        exchange.sendResponseHeaders(302, -1);
                    }
                })) {
            resolve(server.url().replace("://", "://me:s3cret@")).close();
            environment = Map.of("HOME", home.toString());
            resolve(server.url()).close();
            environment = Map.of();
            assertThatThrownBy(() -> resolve(server.url().replace("://", "://me:wr0ng@")))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("answered 401")
                    .hasMessageNotContaining("wr0ng");
        }
        assertThat(elsewhere).containsOnly("null");
    }

    @Test
    void whatIsFinalIsAskedForOnce() {
        try (Server server = serve((exchange, from) -> exchange.sendResponseHeaders(404, -1))) {
            assertThatThrownBy(() -> resolve(server.url() + "?X-Signature=s3cret"))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("answered 404")
                    .hasMessageNotContaining("s3cret");
            assertThat(requests).hasSize(1);
        }
    }

    @Test
    void aServerThatIsNotThereIsTriedAndNamed() {
        assertThatThrownBy(() -> resolve("http://127.0.0.1:1/x.tar"))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("no connection to 127.0.0.1:1")
                .hasMessageContaining("6 attempts");
    }

    @Test
    void aPrivateAuthorityIsTrustedOnRequest() throws Exception {
        ServerCertificate certificate = ServerCertificate.create(directory.path());
        HttpsServer secure = HttpsServer.create(address(), 10);
        secure.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        try (Server server = new Server(
                secure, (exchange, from) -> send(exchange, archive, from, "\"v1\"", archive.length), "https")) {
            assertThatThrownBy(() -> resolve(server.url()))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("add its authority with --ca-dir or SSL_CERT_FILE");
            network = NetworkSettings.of(
                    Map.of("SSL_CERT_FILE", certificate.certificate().toString()));
            resolve(server.url()).close();
        }
    }

    private BuildContext resolve(String uri) throws ContextException, InterruptedException {
        requests.clear();
        return new HttpResolver(new Retries(6, pauses::add))
                .resolve(
                        ContextUri.parse(uri),
                        ContextOptions.in(scratch).withEnvironment(environment).withNetwork(network));
    }

    /** Sends the bytes from {@code from} to {@code end}, after which the connection breaks if that isn't all. */
    private static void send(HttpExchange exchange, byte[] content, long from, String tag, int end) throws IOException {
        exchange.getResponseHeaders().add("ETag", tag);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(content, (int) from, (int) (end - from));
        if (end < content.length) {
            exchange.getResponseBody().flush();
            throw new IOException("the connection breaks here");
        }
    }

    private static byte[] archive(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            TarBuilder.write(gzip, tar -> tar.directory("dir", 0755).file("dir/random", 0644, content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange, long from) throws IOException;
    }

    private Server serve(Answer answer) {
        try {
            return new Server(HttpServer.create(address(), 10), answer, "http");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private final class Server implements AutoCloseable {
        private final HttpServer server;
        private final String scheme;

        Server(HttpServer server, Answer answer, String scheme) {
            this.server = server;
            this.scheme = scheme;
            server.setExecutor(
                    Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
            server.createContext("/", exchange -> {
                requests.add(exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getPath());
                String range = exchange.getRequestHeaders().getFirst("Range");
                try (exchange) {
                    answer.to(exchange, range == null ? 0 : Long.parseLong(range.replaceAll("[^0-9]", "")));
                }
            });
            server.start();
        }

        String url() {
            return "%s://127.0.0.1:%d/src.tar.gz"
                    .formatted(scheme, server.getAddress().getPort());
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
