package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.fixture.process.Program;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaTypes;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind a company's own certificate authority, and behind its proxy. */
class SecureWaysTest {
    private static final byte[] MANIFEST = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);
    private static final char[] PASSWORD = "not-a-secret".toCharArray();

    @TempDir
    private static Path directory;

    private static HttpsServer server;
    private final TestClients clients = new TestClients();

    /** A root, an intermediate signed by it, a server's certificate and a client's signed by that. */
    @BeforeAll
    static void start() throws Exception {
        key("root", "CN=Company Root", "-ext", "bc:critical=ca:true");
        key("middle", "CN=Company Intermediate", "-ext", "bc:critical=ca:true");
        key("server", "CN=registry", "-ext", "SAN=ip:127.0.0.1,dns:registry.example");
        key("client", "CN=builder");
        sign("root", "middle", "-ext", "bc:critical=ca:true");
        sign("middle", "server", "-ext", "SAN=ip:127.0.0.1,dns:registry.example");
        sign("middle", "client");
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store("server"), PASSWORD);
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("middle", store("middle").getCertificate("middle"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/v2/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().add("Content-Type", MediaTypes.OCI_MANIFEST);
                exchange.getResponseHeaders()
                        .add("Docker-Content-Digest", Digest.of(MANIFEST).toString());
                int status = exchange.getRequestURI().getPath().startsWith("/v2/locked/")
                                && client(exchange).isEmpty()
                        ? 403
                        : 200;
                exchange.sendResponseHeaders(status, MANIFEST.length);
                exchange.getResponseBody().write(MANIFEST);
            }
        });
        server.start();
    }

    private static String client(HttpExchange exchange) {
        try {
            return ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return "";
        }
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static Program keytool() {
        return Program.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    }

    private static void key(String alias, String name, String... more) {
        keytool()
                .with("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-alias", alias, "-dname", name)
                .with(
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file(alias, "p12").toString())
                .with("-storepass", new String(PASSWORD))
                .with(more)
                .runSuccessfully();
    }

    private static Path file(String alias, String kind) {
        return directory.resolve(alias + "." + kind);
    }

    /** Replaces a self-signed certificate by one of the authority, with the authorities above it in the chain. */
    private static void sign(String authority, String alias, String... more) throws Exception {
        String password = new String(PASSWORD);
        keytool()
                .with(
                        "-certreq",
                        "-alias",
                        alias,
                        "-keystore",
                        file(alias, "p12").toString())
                .with("-storepass", password, "-file", file(alias, "csr").toString())
                .runSuccessfully();
        keytool()
                .with(
                        "-gencert",
                        "-rfc",
                        "-alias",
                        authority,
                        "-keystore",
                        file(authority, "p12").toString())
                .with("-storepass", password, "-infile", file(alias, "csr").toString())
                .with("-outfile", file(alias, "pem").toString(), "-validity", "30")
                .with(more)
                .runSuccessfully();
        if (!Files.exists(file(authority, "pem"))) {
            Files.writeString(file(authority, "pem"), pem("CERTIFICATE", certificate(authority)));
        }
        Path chain = Files.writeString(
                file(alias, "chain"),
                Files.readString(file(alias, "pem"))
                        + Files.readString(file(authority, "pem"))
                        + (authority.equals("root") ? "" : Files.readString(file("root", "pem"))));
        keytool()
                .with("-importcert", "-noprompt", "-trustcacerts", "-alias", alias)
                .with("-keystore", file(alias, "p12").toString(), "-storepass", password)
                .with("-file", chain.toString())
                .runSuccessfully();
    }

    private static KeyStore store(String alias) throws Exception {
        try (InputStream in = Files.newInputStream(file(alias, "p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            return store;
        }
    }

    private static byte[] certificate(String alias) throws Exception {
        return store(alias).getCertificate(alias).getEncoded();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
    }

    private static String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private Digest head(RegistryOptions.Builder options, String repository) throws IOException {
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            return client.document(ImageReference.parse(host() + "/" + repository + ":1"))
                    .descriptor()
                    .digest();
        }
    }

    @Test
    void believesARootOrAnIntermediateInEachPlaceThatCanNameIt() throws IOException {
        Path inDirectory = Files.createDirectories(directory.resolve("authorities"));
        Files.copy(file("middle", "pem"), inDirectory.resolve("company.crt"));
        Files.writeString(inDirectory.resolve("README"), "not a certificate");
        List<RegistryOptions.Builder> ways = List.of(
                RegistryOptions.builder().registryCertificate(host() + "=" + file("root", "pem")),
                RegistryOptions.builder().registryCertificate(host() + "=" + file("middle", "pem")),
                RegistryOptions.builder()
                        .environment(Map.of("SSL_CERT_FILE", file("root", "pem").toString())),
                RegistryOptions.builder().environment(Map.of("SSL_CERT_DIR", "/nowhere:" + inDirectory)),
                RegistryOptions.builder().trust(inDirectory));
        for (RegistryOptions.Builder way : ways) {
            assertThat(head(way, "team/app")).isEqualTo(Digest.of(MANIFEST));
        }
        assertThatThrownBy(() -> head(RegistryOptions.builder(), "team/app"))
                .hasMessageContaining("nobody we trust signed its certificate");
        assertThatThrownBy(() -> RegistryOptions.builder()
                        .trust(directory.resolve("missing"))
                        .build())
                .hasMessageContaining("there are no certificates in \"" + directory.resolve("missing") + "\"");
    }

    /** The same store as a socket factory, which is how contexts, git and ADD have it. */
    @Test
    void believesTheSameForWhateverElseIsFetched() throws IOException {
        NetworkSettings network =
                NetworkSettings.of(Map.of("SSL_CERT_FILE", file("root", "pem").toString()));
        HttpsURLConnection connection = (HttpsURLConnection)
                URI.create("https://" + host() + "/v2/").toURL().openConnection();
        connection.setSSLSocketFactory(network.trust().context().getSocketFactory());
        assertThat(connection.getResponseCode()).isEqualTo(200);
        connection.disconnect();
    }

    @Test
    void showsItsOwnCertificateWhereARegistryWantsOne() throws Exception {
        Path key = Files.writeString(
                directory.resolve("client.key"),
                pem("PRIVATE KEY", store("client").getKey("client", PASSWORD).getEncoded()));
        RegistryOptions.Builder trusting =
                RegistryOptions.builder().registryCertificate(host() + "=" + file("root", "pem"));
        assertThatThrownBy(() -> head(trusting, "locked/app")).hasMessageContaining("403 Forbidden");
        trusting.registryClientCertificate(host() + "=" + file("client", "chain") + "," + key);
        assertThat(head(trusting, "locked/app")).isEqualTo(Digest.of(MANIFEST));
    }

    /** A proxy that wants to know who asks, and connects to the registry whatever host it is asked for. */
    private static final class ConnectProxy implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<String> seen = new CopyOnWriteArrayList<>();
        private final int target;

        ConnectProxy(int target) throws IOException {
            this.target = target;
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        private void serve(Socket client) {
            try (client) {
                InputStream in = client.getInputStream();
                OutputStream out = client.getOutputStream();
                while (true) {
                    StringBuilder head = new StringBuilder();
                    for (int next = in.read(); next >= 0; next = in.read()) {
                        head.append((char) next);
                        if (head.toString().endsWith("\r\n\r\n")) {
                            break;
                        }
                    }
                    if (head.isEmpty()) {
                        return;
                    }
                    String text = head.toString();
                    boolean known = text.contains("Proxy-Authorization: Basic "
                            + Base64.getEncoder().encodeToString("me:hunter2".getBytes(StandardCharsets.UTF_8)));
                    seen.add(text.lines().findFirst().orElse("") + (known ? " as me" : ""));
                    if (!known) {
                        out.write(
                                ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                                                + "Content-Length: 0\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII));
                        continue;
                    }
                    out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    try (Socket registry = new Socket(InetAddress.getLoopbackAddress(), target)) {
                        Thread back = Thread.ofVirtual().start(() -> copy(registry, client));
                        copy(client, registry);
                        back.join();
                    }
                    return;
                }
            } catch (IOException | InterruptedException e) {
                seen.add("broke: " + e.getMessage());
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException e) {
                return; // one side has gone, which ends the other
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @Test
    void goesThroughAProxyThatWantsAPassword() throws IOException {
        try (ConnectProxy proxy = new ConnectProxy(server.getAddress().getPort())) {
            String url = "http://me:hunter2@127.0.0.1:" + proxy.listener.getLocalPort();
            RegistryOptions.Builder options = RegistryOptions.builder()
                    .registryCertificate("registry.example=" + file("root", "pem"))
                    .environment(Map.of("NO_PROXY", "10.0.0.0/8"))
                    .configuredProxies(Map.of("HTTPS_PROXY", url));
            try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
                assertThat(client.document(ImageReference.parse("registry.example/team/app:1"))
                                .raw())
                        .isEqualTo(MANIFEST);
            }
            assertThat(proxy.seen).contains("CONNECT registry.example:443 HTTP/1.1 as me");
            assertThat(clients.log).noneMatch(line -> line.contains("hunter2"));
        }
    }

    @Test
    void speaksToAnAddressOfTheNewInternetProtocol() {
        assertThat(ImageReference.parse("[::1]:5000/team/app:1").registry()).isEqualTo("[::1]:5000");
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.head(ImageReference.parse("[::1]:9/team/app:1")))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.UNREACHABLE))
                    .hasMessageContaining("https://[::1]:9/v2/");
        }
    }
}
