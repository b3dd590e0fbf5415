package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.image.Descriptor;
import dev.slipway.image.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a registry on this machine speaks TLS, which nobody has said. */
class SchemeProbeTest {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final Descriptor BLOB =
            Descriptor.of(MediaTypes.OCI_LAYER, "nobody has it".getBytes(StandardCharsets.UTF_8));

    private final TestClients clients = new TestClients();

    /** Passes TLS on to a server, and says nothing to whoever speaks in clear. */
    private static final class Haughty implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> open = new CopyOnWriteArrayList<>();
        private final String target;

        Haughty(String hostAndPort) throws IOException {
            target = hostAndPort;
            Thread.ofVirtual().start(this::accept);
        }

        String host() {
            return "127.0.0.1:" + listener.getLocalPort();
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    open.add(client);
                    Thread.ofVirtual().start(() -> pass(client));
                } catch (IOException e) {
                    return; // the test has ended
                }
            }
        }

        private void pass(Socket client) {
            try {
                int first = client.getInputStream().read();
                if (first == TLS_HANDSHAKE) {
                    Socket server =
                            new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(target.split(":")[1]));
                    open.add(server);
                    server.getOutputStream().write(first);
                    Thread.ofVirtual().start(() -> copy(server, client));
                    copy(client, server);
                }
            } catch (IOException e) {
                assertThat(client.isClosed())
                        .as("only a test that ends breaks this: %s", e)
                        .isTrue();
            }
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                in.transferTo(out);
            } catch (IOException e) {
                return; // one side has gone, which ends the other
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private final List<String> greeted = new CopyOnWriteArrayList<>();

    /** Greets a port with a server that speaks one of both, with all the time in the world for the plain one. */
    private URI race(String spoken) throws IOException {
        return new SchemeProbe("registry.test:5000", Duration.ofMinutes(1)).race(scheme -> {
            greeted.add(scheme);
            return new SchemeProbe.Answered(URI.create(scheme + "://registry.test:5000/"), scheme.equals(spoken));
        });
    }

    @Test
    void greetsNobodyInTlsWhereAPortAnswersInClear() throws IOException {
        assertThat(race("http")).hasScheme("http");
        assertThat(greeted).containsExactly("http");
    }

    @Test
    void greetsInTlsAsSoonAsAPortShowsThatItDoesNotSpeakInClear() throws IOException {
        assertThat(race("https")).hasScheme("https");
        assertThat(greeted).containsExactly("http", "https");
    }

    @Test
    void findsATlsServerThatKeepsSilentInClear() throws IOException {
        try (DockerRegistry registry = DockerRegistry.with().withTls().start();
                Haughty front = new Haughty(registry.host());
                RegistryClient client = clients.client(
                        RegistryOptions.builder()
                                .registryCertificate(front.host() + "="
                                        + registry.certificate().orElseThrow()),
                        CredentialSource.NONE)) {
            ImageReference repository = ImageReference.parse(front.host() + "/team/app");
            assertThat(client.blobExists(repository, BLOB)).isFalse();
            assertThat(registry.log()).contains("/v2/team/app/blobs/");
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void staysWithTlsWhereThatBrokeAndThePortIsNoRegistryInClear() {
        assertThatThrownBy(() -> new SchemeProbe("127.0.0.1:5000").race(scheme -> {
                    URI base = URI.create(scheme + "://127.0.0.1:5000/");
                    if (scheme.equals("https")) {
                        throw Failures.unanswered("probe", base, new IOException("Connection reset"));
                    }
                    return new SchemeProbe.Answered(base, false);
                }))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("the connection broke (Connection reset)");
    }

    /** Has one manifest under every name. */
    private static HttpServer answering(HttpServer server) {
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().add("Content-Type", MediaTypes.OCI_MANIFEST);
                exchange.getResponseHeaders()
                        .add("Docker-Content-Digest", BLOB.digest().toString());
                exchange.getResponseHeaders().add("Content-Length", Long.toString(BLOB.sizeBytes()));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
        return server;
    }

    private void assertFinds(HttpServer server, RegistryOptions.Builder options) throws IOException {
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            assertThat(client.head(ImageReference.parse("[::1]:%d/team/app:1"
                                    .formatted(server.getAddress().getPort())))
                            .digest())
                    .isEqualTo(BLOB.digest());
        }
    }

    @Test
    void speaksToARegistryThatIsNamedByItsAddressOfIpv6() throws IOException {
        HttpServer server = answering(HttpServer.create(new InetSocketAddress("::1", 0), 0));
        try {
            assertFinds(server, RegistryOptions.builder());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void flagsOfTrustNameAnAddressOfIpv6InBrackets(@TempDir Path directory) throws IOException {
        ServerCertificate certificate = ServerCertificate.create(directory);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress("::1", 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        HttpServer server = answering(secure);
        String name = "[::1]:" + server.getAddress().getPort();
        try {
            assertThatThrownBy(() -> assertFinds(server, RegistryOptions.builder()))
                    .hasMessageContaining("nobody we trust signed its certificate");
            assertFinds(server, RegistryOptions.builder().skipTlsVerifyRegistry(name));
            assertFinds(server, RegistryOptions.builder().registryCertificate(name + "=" + certificate.certificate()));
        } finally {
            server.stop(0);
        }
    }
}
