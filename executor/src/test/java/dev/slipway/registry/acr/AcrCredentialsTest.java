package dev.slipway.registry.acr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import dev.slipway.network.TrustStore;
import dev.slipway.registry.Credential;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.registry.Secret;
import dev.slipway.registry.TokenExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcrCredentialsTest {
    private static final String CLIENT = "00000000-0000-0000-0000-00000000000c";

    @TempDir
    private Path directory;

    private static AcrCredentials credentials() throws IOException {
        return new AcrCredentials(
                new TokenExchange(RegistryOptions.builder().attempts(1).build()),
                host -> Optional.of(new AzureIdentity.Token("entra", "the test")),
                "http");
    }

    @ParameterizedTest
    @CsvSource({
        "platform.azurecr.io, https://login.microsoftonline.com/, https://containerregistry.azure.net/.default",
        "platform.westeurope.azurecr.io, https://login.microsoftonline.com/, https://containerregistry.azure.net/.default",
        "platform.azurecr.cn, https://login.chinacloudapi.cn/, https://management.chinacloudapi.cn/.default",
        "platform.azurecr.us, https://login.microsoftonline.us/, https://management.usgovcloudapi.net/.default"
    })
    void knowsAzuresClouds(String registry, String authority, String scope) {
        assertThat(AcrHost.parse(registry)).contains(new AcrHost(authority, scope));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil-azurecr.io",
                "azurecr.io",
                "platform.azurecr.io.evil.example",
                "platform.azurecr.io:444",
                "localhost"
            })
    void isNotAskedForLookAlikes(String registry) throws IOException {
        assertThat(credentials().serves(registry)).isFalse();
    }

    @Test
    void exchangesAzuresTokenForTheRegistrysOwn() throws IOException {
        AtomicReference<String> form = new AtomicReference<>("");
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/oauth2/exchange", exchange -> {
            try (exchange) {
                form.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                byte[] answer = "{\"refresh_token\":\"r1\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        registry.start();
        String host = "127.0.0.1:" + registry.getAddress().getPort();
        try {
            Credential.Found found =
                    credentials().exchanged(host, new AzureIdentity.Token("entra/1", "the managed identity"));
            assertThat(found.credential()).isEqualTo(new Credential.IdentityToken(new Secret("r1")));
            assertThat(found.origin()).isEqualTo("Azure, as the managed identity");
            assertThat(form).hasValue("grant_type=access_token&service=" + host + "&access_token=entra%2F1");
        } finally {
            registry.stop(0);
        }
        assertThatThrownBy(() -> credentials().exchanged(host, new AzureIdentity.Token("entra", "x")))
                .hasMessageContaining("exchange a token of Azure for one of " + host)
                .hasMessageNotContaining("entra");
    }

    /** What Entra ID was asked for a registry of China's cloud, by an identity with these variables. */
    private List<String> asked(String source, Map<String, String> variables) throws IOException {
        ServerCertificate certificate = ServerCertificate.create(directory);
        List<String> forms = new CopyOnWriteArrayList<>();
        HttpsServer entra = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        entra.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        String authority = "https://localhost:%d/".formatted(entra.getAddress().getPort());
        entra.createContext("/", exchange -> {
            try (exchange) {
                forms.add(exchange.getRequestURI() + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                String answer = exchange.getRequestURI().getPath().contains("openid-configuration")
                        ? ("{\"authorization_endpoint\":\"%1$st/authorize\",\"token_endpoint\":\"%1$st/oauth2/v2.0/token\","
                                        + "\"issuer\":\"%1$st/v2.0\"}")
                                .formatted(authority)
                        : "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"entra-token\"}";
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        entra.start();
        try {
            Map<String, String> environment = new HashMap<>(variables);
            environment.put("AZURE_CLIENT_ID", CLIENT);
            environment.put("AZURE_TENANT_ID", "t");
            environment.put("AZURE_AUTHORITY_HOST", authority);
            AzureIdentity identity = new AzureIdentity(
                    environment,
                    new NetworkSettings(TrustStore.ofTheRunTime().and(certificate.certificate()), Proxies.NONE));
            assertThat(identity.token(AcrHost.parse("platform.azurecr.cn").orElseThrow()))
                    .contains(new AzureIdentity.Token("entra-token", source));
        } finally {
            entra.stop(0);
        }
        return forms;
    }

    @Test
    void showsASecretToEntra() throws IOException {
        assertThat(asked("AZURE_CLIENT_ID with its secret", Map.of("AZURE_CLIENT_SECRET", "hunter2")))
                .last(STRING)
                .startsWith("/t/oauth2/v2.0/token ")
                .contains("client_secret=hunter2", "client_id=" + CLIENT, "management.chinacloudapi.cn");
    }

    @Test
    void signsForEntraWithACertificate() throws IOException {
        Path pem = directory.resolve("own.pem");
        Program.of(Program.require("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes")
                .with("-subj", "/CN=builder", "-keyout", pem.toString(), "-out", pem.toString())
                .runSuccessfully();
        assertThat(asked(
                        "AZURE_CLIENT_ID with its certificate",
                        Map.of("AZURE_CLIENT_CERTIFICATE_PATH", pem.toString())))
                .last(STRING)
                .contains("client_assertion=ey", "client_id=" + CLIENT, "management.chinacloudapi.cn");
    }

    @Test
    void showsAPodsFederatedTokenToEntraAndExchangesWhatItGets() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "projected-token");
        assertThat(asked(
                        "the workload identity of AZURE_CLIENT_ID",
                        Map.of("AZURE_FEDERATED_TOKEN_FILE", token.toString())))
                .last(STRING)
                .startsWith("/t/oauth2/v2.0/token ")
                .contains("client_assertion=projected-token", "client_id=" + CLIENT, "management.chinacloudapi.cn");
    }

    @Test
    void doesNotWaitForAMetadataServerThatKeepsSilent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort();
            AcrHost host = AcrHost.parse("platform.azurecr.io").orElseThrow();
            long start = System.nanoTime();
            assertThat(new AzureIdentity(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url), NetworkSettings.direct())
                            .token(host))
                    .isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThatThrownBy(() -> new AzureIdentity(
                                    Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url, "AZURE_CLIENT_ID", "c"),
                                    NetworkSettings.direct())
                            .token(host))
                    .hasMessageContaining("no metadata server answers at " + url + " within 2 s");
        }
    }
}
