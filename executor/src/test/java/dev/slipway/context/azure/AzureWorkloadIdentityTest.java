package dev.slipway.context.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import dev.slipway.network.TrustStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod that AKS has given a projected token: it is shown to Entra, and what Entra gives opens the blobs. */
class AzureWorkloadIdentityTest {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
    private static final String CONTEXT = "https://account.blob.core.windows.net/sources/app.tar";

    @TempDir
    private Path room;

    private final List<String> forms = new CopyOnWriteArrayList<>();
    private final byte[] archive = archive();
    private ServerCertificate certificate;
    private HttpsServer server;

    @BeforeEach
    void start() throws IOException {
        certificate = ServerCertificate.create(room);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        server.createContext("/", this::entra);
        server.createContext("/account/", this::blobs);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void opensTheBlobsOfAnAccount() throws Exception {
        try (BuildContext context = resolve(Files.writeString(room.resolve("token"), "projected-token"))) {
            assertThat(context.root().resolve("main.c")).hasContent("int main;");
        }
        assertThat(forms)
                .singleElement()
                .asString()
                .contains("client_assertion=projected-token", "client_id=00000000-0000-0000-0000-00000000000c");
    }

    @Test
    void showsNoTokenWhereEntraRefusesIt() throws Exception {
        Path token = Files.writeString(room.resolve("token"), "somebody-elses-token");
        assertThatThrownBy(() -> resolve(token))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("no such assertion")
                .hasMessageNotContaining("somebody-elses-token");
    }

    private BuildContext resolve(Path token) throws Exception {
        String url = "https://localhost:%d/".formatted(server.getAddress().getPort());
        Map<String, String> environment = Map.of(
                "AZURE_CLIENT_ID",
                "00000000-0000-0000-0000-00000000000c",
                "AZURE_TENANT_ID",
                "t",
                "AZURE_FEDERATED_TOKEN_FILE",
                token.toString(),
                "AZURE_AUTHORITY_HOST",
                url,
                "AZURE_STORAGE_BLOB_ENDPOINT",
                url + "account");
        TrustStore trusted = TrustStore.ofTheRunTime().and(certificate.certificate());
        return new AzureResolver()
                .resolve(
                        ContextUri.parse(CONTEXT),
                        ContextOptions.in(room.resolve("context"))
                                .withEnvironment(environment)
                                .withNetwork(new NetworkSettings(trusted, Proxies.NONE)));
    }

    private void entra(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String authority =
                "https://localhost:%d/t".formatted(server.getAddress().getPort());
        if (exchange.getRequestURI().getPath().contains("openid-configuration")) {
            answer(
                    exchange,
                    200,
                    "{\"authorization_endpoint\":\"%1$s/authorize\",\"token_endpoint\":\"%1$s/oauth2/v2.0/token\",\"issuer\":\"%1$s/v2.0\"}"
                            .formatted(authority));
            return;
        }
        forms.add(form);
        if (form.contains("client_assertion=projected-token")) {
            answer(exchange, 200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"entra-token\"}");
        } else {
            answer(exchange, 401, "{\"error\":\"invalid_client\",\"error_description\":\"no such assertion\"}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void blobs(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!"Bearer entra-token".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            exchange.getResponseHeaders().add("ETag", "\"0x1\"");
            exchange.getResponseHeaders().add("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
            exchange.getResponseHeaders().add("x-ms-blob-type", "BlockBlob");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().add("Content-Length", Integer.toString(archive.length));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            String asked = String.valueOf(exchange.getRequestHeaders().getFirst("x-ms-range"));
            Matcher range = RANGE.matcher(asked);
            int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
            byte[] part = Arrays.copyOfRange(archive, from, archive.length);
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes %d-%d/%d".formatted(from, archive.length - 1, archive.length));
            exchange.sendResponseHeaders(206, part.length);
            exchange.getResponseBody().write(part);
        }
    }

    private static byte[] archive() {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try {
            TarBuilder.write(archive, tar -> tar.file("main.c", 0644, "int main;"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return archive.toByteArray();
    }
}
