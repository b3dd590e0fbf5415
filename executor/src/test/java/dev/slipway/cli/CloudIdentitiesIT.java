package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.cloud.GoogleMetadata;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.ForwardProxy;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.registry.ServerCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged executor makes of the variables that a cloud puts into a pod, with the vendors' own libraries. */
class CloudIdentitiesIT {
    private static final String ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    @TempDir
    Path directory;

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.startWith(Credentials.KNOWN);

    private Image image;

    @BeforeEach
    void write() {
        image = BaseImages.busybox(directory.resolve("image"));
    }

    private Program push(String reference) {
        return Program.of(System.getProperty("slipway.home") + "/bin/executor", "push")
                .with(image.layout().toString(), "--destination=" + reference, "--insecure", "--verbosity=debug")
                .withVariable("HOME", directory.toString());
    }

    /** Amazon: its token services for a web identity and for the registry's password, and who tells a machine or a container its role. */
    private static final class Amazon implements AutoCloseable {
        private static final String SESSION = """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult><Credentials>
                    <AccessKeyId>ASIAOFTHEPOD</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey>
                    <SessionToken>session-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
                  </Credentials></AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """;
        private static final String ROLE = """
                {"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-01-01T00:00:00Z","AccessKeyId":"%s",
                 "SecretAccessKey":"session-secret","Token":"session-token","Expiration":"2099-01-01T00:00:00Z"}
                """;

        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

        Amazon() throws IOException {
            server.createContext("/", exchange -> {
                try (exchange) {
                    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    boolean registry = exchange.getRequestHeaders().containsKey("X-Amz-Target");
                    asked.add(
                            registry
                                    ? exchange.getRequestHeaders().getFirst("Authorization") + " "
                                            + exchange.getRequestHeaders().getFirst("X-Amz-Security-Token")
                                    : body);
                    String pair = Credentials.KNOWN.user() + ":" + Credentials.KNOWN.password();
                    String answer = registry
                            ? "{\"authorizationData\":[{\"authorizationToken\":\"%s\"}]}"
                                    .formatted(
                                            Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                            : SESSION;
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders()
                            .add("Content-Type", registry ? "application/x-amz-json-1.1" : "text/xml");
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            });
            server.createContext(
                    "/latest",
                    exchange -> tell(
                            exchange,
                            switch (exchange.getRequestURI().getPath()) {
                                case "/latest/api/token" -> "a-token-of-the-machine";
                                case "/latest/meta-data/iam/security-credentials/" -> "builder";
                                case "/latest/meta-data/iam/security-credentials/builder" ->
                                    ROLE.formatted("ASIAOFTHEMACHINE");
                                default -> "";
                            }));
            server.createContext(
                    "/container",
                    exchange -> tell(
                            exchange,
                            "container-token"
                                            .equals(exchange.getRequestHeaders().getFirst("Authorization"))
                                    ? ROLE.formatted("ASIAOFTHECONTAINER")
                                    : ""));
            server.start();
        }

        private void tell(HttpExchange exchange, String answer) throws IOException {
            try (exchange) {
                told.add(exchange.getRequestURI().getPath());
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(bytes.length == 0 ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private Program asServiceAccount(Path token, String amazon) {
        return atAmazon(amazon)
                .withVariable("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/builder")
                .withVariable("AWS_WEB_IDENTITY_TOKEN_FILE", token.toString())
                .withVariable("AWS_REGION", "us-east-2")
                .withVariable("AWS_ENDPOINT_URL_STS", amazon);
    }

    /** On a machine that has a metadata server. */
    private Program atAmazon(String amazon) {
        return push(ECR + "/team/app:1")
                .withVariable("AWS_EC2_METADATA_SERVICE_ENDPOINT", amazon)
                .withVariable("AWS_ENDPOINT_URL_ECR", amazon)
                .withVariable("NO_PROXY", "127.0.0.1")
                .withVariable("HTTP_PROXY", registry.url()); // leads to our registry, whatever its name
    }

    private static Program with(Program program, Map<String, String> variables) {
        Program more = program;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            more = more.withVariable(variable.getKey(), variable.getValue());
        }
        return more;
    }

    @ParameterizedTest
    @ValueSource(strings = {"AKIAOFTHEVARIABLES", "AKIAOFTHEPROFILE", "ASIAOFTHECONTAINER", "ASIAOFTHEMACHINE"})
    void whateverSaysWhoWeArePushesToAmazonsRegistry(String key) throws IOException {
        Files.createDirectory(directory.resolve(".aws"));
        Files.writeString(
                directory.resolve(".aws/credentials"),
                "[ci]\naws_access_key_id=AKIAOFTHEPROFILE\naws_secret_access_key=session-secret\n");
        Path token = Files.writeString(directory.resolve("container-token"), "container-token");
        try (Amazon amazon = new Amazon();
                RegistryAccess access = RegistryAccess.to(registry)) {
            Completed done = with(
                            atAmazon(amazon.url()),
                            switch (key) {
                                case "AKIAOFTHEVARIABLES" ->
                                    Map.of("AWS_ACCESS_KEY_ID", key, "AWS_SECRET_ACCESS_KEY", "session-secret");
                                case "AKIAOFTHEPROFILE" -> Map.of("AWS_PROFILE", "ci");
                                case "ASIAOFTHECONTAINER" ->
                                    Map.of(
                                            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                            amazon.url() + "/container",
                                            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                            token.toString());
                                default -> Map.<String, String>of();
                            })
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            assertThat(access.manifest("team/app", "1").digest()).isEqualTo(image.digest());
            assertThat(amazon.asked.getLast()).contains("Credential=" + key + "/");
            assertThat(amazon.told.stream().anyMatch(path -> path.startsWith("/latest")))
                    .as("the machine is asked last: %s", amazon.told)
                    .isEqualTo(key.equals("ASIAOFTHEMACHINE"));
            assertThat(done.err()).doesNotContain("session-secret", "session-token");
        }
    }

    @Test
    void whoeverNamesAnIdentityIsNotTheMachineInstead() throws IOException {
        try (Amazon amazon = new Amazon()) {
            Completed done = with(atAmazon(amazon.url()), Map.of("AWS_PROFILE", "nobody"))
                    .run();
            assertThat(done.exitCode()).as("%s", done).isEqualTo(69);
            assertThat(done.err()).contains("no credential for " + ECR + ": AWS: ", "nobody");
            assertThat(amazon.told).isEmpty();
        }
    }

    @Test
    void saysWhyAServiceAccountsRoleCanNotBeHad() {
        Completed done = asServiceAccount(directory.resolve("no-token"), "http://127.0.0.1:9")
                .run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(69);
        assertThat(done.err()).contains("no credential for " + ECR + ": AWS: ", "no-token");
    }

    @Test
    void aServiceAccountsRolePushesToAmazonsRegistry() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "projected-token");
        try (Amazon amazon = new Amazon();
                RegistryAccess access = RegistryAccess.to(registry)) {
            Completed done = asServiceAccount(token, amazon.url()).run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            assertThat(access.manifest("team/app", "1").digest()).isEqualTo(image.digest());
            assertThat(amazon.asked.getFirst())
                    .contains("Action=AssumeRoleWithWebIdentity", "WebIdentityToken=projected-token");
            assertThat(amazon.asked.getLast())
                    .contains("Credential=ASIAOFTHEPOD/", "/eu-west-1/ecr/aws4_request")
                    .endsWith(" session-token");
            assertThat(done.err())
                    .contains("with the credential from AWS, as ")
                    .doesNotContain("session-secret", "session-token", "projected-token", Credentials.KNOWN.password());
        }
    }

    @Test
    void noCloudIsAskedForAnotherRegistry() throws IOException {
        Path config = Credentials.KNOWN.writeDockerConfig(directory.resolve("docker"), registry.host());
        try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + blackHole.getLocalPort();
            Completed done = push(registry.reference("app:1"))
                    .withVariable("DOCKER_CONFIG", config.getParent().toString())
                    .withVariable("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
                    .withVariable("GCE_METADATA_HOST", "127.0.0.1:" + blackHole.getLocalPort())
                    .withVariable("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            blackHole.setSoTimeout(1);
            assertThatThrownBy(blackHole::accept).as("nobody has called").isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** As on GKE, where the metadata server gives the tokens of the pod's service account. */
    @Test
    void aNodesServiceAccountPushesToGooglesRegistry() throws IOException {
        try (EmbeddedRegistry google =
                        EmbeddedRegistry.startWith(new Credentials("oauth2accesstoken", "token-of-the-node"));
                GoogleMetadata metadata = GoogleMetadata.start("token-of-the-node", "googleapis.com")) {
            Completed done = push("europe-docker.pkg.dev/project/team/app:1")
                    .withVariable("GCE_METADATA_HOST", metadata.host())
                    .withVariable("NO_PROXY", "127.0.0.1")
                    .withVariable("HTTP_PROXY", google.url())
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            assertThat(google.count("^PUT .*/v2/project/team/app/manifests/1")).isOne();
            assertThat(done.err())
                    .contains("with the credential from Google, as the application default credentials")
                    .doesNotContain("token-of-the-node");
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A registry of Azure's: it takes Entra ID's token for a refresh token, and that for one that lets push. */
    private static HttpsServer azuresRegistry(ServerCertificate certificate) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        server.createContext("/", exchange -> {
            try (exchange) {
                String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                String path = exchange.getRequestURI().getPath();
                boolean isKnown = "Bearer of-the-registry"
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                if (path.equals("/oauth2/exchange") && form.contains("access_token=of-the-machine")) {
                    answer(exchange, 200, "{\"refresh_token\":\"to-refresh\"}");
                } else if (path.equals("/oauth2/token") && form.contains("refresh_token=to-refresh")) {
                    answer(exchange, 200, "{\"access_token\":\"of-the-registry\"}");
                } else if (!isKnown) {
                    exchange.getResponseHeaders()
                            .add(
                                    "WWW-Authenticate",
                                    "Bearer realm=\"https://platform.azurecr.io/oauth2/token\",service=\"platform.azurecr.io\"");
                    answer(exchange, 401, "");
                } else if (exchange.getRequestMethod().equals("POST")) {
                    exchange.getResponseHeaders().add("Location", "/v2/team/app/blobs/uploads/1");
                    answer(exchange, 202, "");
                } else {
                    answer(exchange, 204, "");
                }
            }
        });
        server.start();
        return server;
    }

    @Test
    void aMachinesManagedIdentityMayPushToAzuresRegistry() throws IOException {
        HttpServer machine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        machine.createContext("/", exchange -> {
            try (exchange) {
                // Azure's library asks for //metadata, which as a URI is a host.
                boolean isToken = exchange.getRequestURI().toString().contains("/metadata/identity/oauth2/token");
                answer(
                        exchange,
                        isToken ? 200 : 404,
                        isToken
                                ? "{\"access_token\":\"of-the-machine\",\"expires_in\":\"3599\",\"expires_on\":\"4070908800\","
                                        + "\"resource\":\"https://containerregistry.azure.net\",\"token_type\":\"Bearer\"}"
                                : "{}");
            }
        });
        machine.start();
        HttpsServer azure = azuresRegistry(ServerCertificate.create(directory));
        try (ForwardProxy proxy =
                ForwardProxy.before("127.0.0.1:" + azure.getAddress().getPort(), "me:hunter2")) {
            Completed done = Program.of(System.getProperty("slipway.home") + "/bin/executor", "doctor")
                    .with("--destination=platform.azurecr.io/team/app:1", "--slipway-dir=" + directory)
                    .with("--skip-tls-verify-registry=platform.azurecr.io")
                    .withVariable("HOME", directory.toString())
                    .withVariable(
                            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                            "http://127.0.0.1:" + machine.getAddress().getPort())
                    .withVariable("HTTPS_PROXY", proxy.url())
                    .withVariable("NO_PROXY", "127.0.0.1")
                    .run();
            assertThat(done.out())
                    .as("%s", done)
                    .contains("with the credential from Azure, as the managed identity")
                    .containsPattern("(?m)^  yes push .*an upload to it can be started")
                    .doesNotContain("of-the-machine", "to-refresh", "of-the-registry");
        } finally {
            machine.stop(0);
            azure.stop(0);
        }
    }
}
