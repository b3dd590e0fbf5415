package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.GoogleMetadata;
import dev.slipway.fixture.cloud.GoogleTokens;
import dev.slipway.fixture.cloud.S3Server;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A context in a bucket, read by a role that the cloud gives to a container or to a machine. */
class CloudContextsIT {
    private static final String ROLE = """
            {"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-01-01T00:00:00Z","AccessKeyId":"%s",
             "SecretAccessKey":"%s","Token":"session-token","Expiration":"2099-01-01T00:00:00Z"}
            """.formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY);

    private static S3Server bucket;

    @TempDir
    Path directory;

    private HttpServer amazon;

    @BeforeAll
    static void fill() throws Exception {
        bucket = S3Server.start("sources");
        try (ObjectStores.Target target = ObjectStores.installed()
                .open(ContextUri.parse("s3://sources/app.tar"), bucket.environment(), NetworkSettings.direct())) {
            target.put(archive());
        }
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, tar -> tar.file("Dockerfile", 0644, "FROM scratch\nCOPY Dockerfile /\n"));
        return archive.toByteArray();
    }

    @AfterAll
    static void empty() {
        bucket.close();
    }

    @BeforeEach
    void start() throws IOException {
        amazon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        amazon.createContext(
                "/",
                exchange -> tell(
                        exchange,
                        switch (exchange.getRequestURI().getPath()) {
                            case "/latest/api/token" -> "a-token-of-the-machine";
                            case "/latest/meta-data/iam/security-credentials/" -> "builder";
                            case "/latest/meta-data/iam/security-credentials/builder" -> ROLE;
                            default -> "";
                        }));
        amazon.createContext("/container", exchange -> {
            boolean known =
                    "container-token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            tell(exchange, known ? ROLE : "");
        });
        amazon.start();
    }

    @AfterEach
    void stop() {
        amazon.stop(0);
    }

    private static void tell(HttpExchange exchange, String answer) throws IOException {
        try (exchange) {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(bytes.length == 0 ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Test
    void aContainersRoleReadsIt() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "container-token");
        assertReads(build().withVariable("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container")
                .withVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.toString()));
    }

    @Test
    void aMachinesRoleReadsIt() {
        assertReads(build().withVariable("AWS_EC2_METADATA_SERVICE_ENDPOINT", url()));
    }

    /** As on GKE, where the metadata server gives the tokens of the pod's service account. */
    @Test
    void aNodesServiceAccountReadsIt() throws IOException {
        try (GcsServer google = GcsServer.start("private");
                GoogleMetadata metadata = GoogleMetadata.start(GoogleTokens.ACCESS_TOKEN, "another-cloud.example")) {
            google.put("private", "app.tar", archive());
            Program build = build("gs://private/app.tar").withVariable("STORAGE_EMULATOR_HOST", google.url());
            assertThat(build.run().exitCode()).as("without a metadata server").isEqualTo(66);
            assertReads(build.withVariable("GCE_METADATA_HOST", metadata.host()));
        }
    }

    private String url() {
        return "http://127.0.0.1:" + amazon.getAddress().getPort();
    }

    private Program build() {
        return build("s3://sources/app.tar");
    }

    private Program build(String context) {
        return Program.of(System.getProperty("slipway.home") + "/bin/executor")
                .with("--context=" + context, "--no-push", "--verbosity=debug")
                .with("--slipway-dir=" + directory.resolve("own"), "--oci-layout-path=" + directory.resolve("layout"))
                .withVariable("HOME", directory.toString())
                .withVariable("AWS_ENDPOINT_URL_S3", bucket.url());
    }

    private void assertReads(Program build) {
        Completed done = build.run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(directory.resolve("layout/index.json")).exists();
        assertThat(done.err()).doesNotContain(S3Server.SECRET_KEY, "session-token", GoogleTokens.ACCESS_TOKEN);
    }
}
