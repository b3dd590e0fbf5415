package dev.slipway.registry.acr;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.Credential;
import dev.slipway.registry.Secret;
import dev.slipway.registry.TokenExchange;
import dev.slipway.registry.VendorCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Azure's registries in the public, the Chinese and the government cloud: a token of Microsoft Entra ID (client secret,
 * workload identity, managed identity) is exchanged for the registry's refresh token (ACR, "AAD-OAuth").
 */
public final class AcrCredentials implements VendorCredentials {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final TokenExchange exchange;
    private final Identity identity;
    private final String scheme;

    /** Gets a token for a scope; the SDK is behind it. */
    @FunctionalInterface
    interface Identity {
        Optional<AzureIdentity.Token> token(AcrHost host) throws IOException;
    }

    public AcrCredentials(Map<String, String> environment, TokenExchange exchange, NetworkSettings network) {
        this(exchange, host -> new AzureIdentity(environment, network).token(host), "https");
    }

    AcrCredentials(TokenExchange exchange, Identity identity, String scheme) {
        this.exchange = exchange;
        this.identity = identity;
        this.scheme = scheme;
    }

    @Override
    public String name() {
        return "acr";
    }

    @Override
    public boolean serves(String registry) {
        return AcrHost.parse(registry).isPresent();
    }

    @Override
    public Optional<Credential.Found> find(String registry) throws IOException {
        Optional<AzureIdentity.Token> token =
                identity.token(AcrHost.parse(registry).orElseThrow());
        return token.isEmpty() ? Optional.empty() : Optional.of(exchanged(registry, token.get()));
    }

    Credential.Found exchanged(String registry, AzureIdentity.Token token) throws IOException {
        String form = "grant_type=access_token&service=%s&access_token=%s"
                .formatted(registry, URLEncoder.encode(token.value(), StandardCharsets.UTF_8));
        String answer = exchange.post(
                "exchange a token of Azure for one of " + registry,
                URI.create("%s://%s/oauth2/exchange".formatted(scheme, registry)),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                form);
        String refresh;
        try {
            refresh = MAPPER.readTree(answer).path("refresh_token").asText("");
        } catch (JsonProcessingException e) {
            throw new IOException(registry + " answered the exchange with something that is no JSON");
        }
        if (refresh.isEmpty()) {
            throw new IOException(registry + " answered the exchange without a refresh token");
        }
        return new Credential.Found(new Credential.IdentityToken(new Secret(refresh)), "Azure, as " + token.source());
    }
}
