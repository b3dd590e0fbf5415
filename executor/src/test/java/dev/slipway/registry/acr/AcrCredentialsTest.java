package dev.slipway.registry.acr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.registry.Credential;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.registry.Secret;
import dev.slipway.registry.TokenExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcrCredentialsTest {

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
}
