package dev.slipway.registry.ecr;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.Credential;
import dev.slipway.registry.Secret;
import dev.slipway.registry.TokenExchange;
import dev.slipway.registry.VendorCredentials;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Amazon's registries, private ones of any account, region and partition and the public one: an AWS identity, found by
 * the SDK's default chain (variables, web identity of a service account, profiles, container and instance roles), is
 * turned into a password by {@code GetAuthorizationToken}.
 */
public final class EcrCredentials implements VendorCredentials {
    private static final String PRIVATE_CALL = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
    private static final String PUBLIC_CALL = "SpencerFrontendService.GetAuthorizationToken";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Map<String, String> environment;
    private final TokenExchange exchange;
    private final Identity identity;

    /** Signs a request as somebody whom AWS knows; the SDK is behind it. */
    @FunctionalInterface
    interface Identity {
        Optional<AwsIdentity.Signed> sign(URI uri, String target, String body, EcrHost host) throws IOException;
    }

    public EcrCredentials(Map<String, String> environment, TokenExchange exchange, NetworkSettings network) {
        // No method reference: linking one would load the SDK for every build.
        this(
                environment,
                exchange,
                (uri, target, body, host) -> new AwsIdentity(environment, network).sign(uri, target, body, host));
    }

    EcrCredentials(Map<String, String> environment, TokenExchange exchange, Identity identity) {
        this.environment = Map.copyOf(environment);
        this.exchange = exchange;
        this.identity = identity;
    }

    @Override
    public String name() {
        return "ecr";
    }

    @Override
    public boolean serves(String registry) {
        return EcrHost.parse(registry).isPresent();
    }

    @Override
    public Optional<Credential.Found> find(String registry) throws IOException {
        EcrHost host = EcrHost.parse(registry).orElseThrow();
        String body = "{}";
        URI uri = endpoint(host);
        Optional<AwsIdentity.Signed> signed =
                identity.sign(uri, host.isPublic() ? PUBLIC_CALL : PRIVATE_CALL, body, host);
        if (signed.isEmpty()) {
            return Optional.empty();
        }
        String what = "get a password for %s from AWS".formatted(registry);
        String answer = exchange.post(what, uri, signed.get().headers(), body);
        return Optional.of(new Credential.Found(
                password(registry, answer), "AWS, as %s".formatted(signed.get().source())));
    }

    /** {@code AWS_ENDPOINT_URL_ECR} and its elders lead elsewhere, to a VPC endpoint for example, as in every AWS SDK. */
    private URI endpoint(EcrHost host) {
        String service = host.isPublic() ? "AWS_ENDPOINT_URL_ECR_PUBLIC" : "AWS_ENDPOINT_URL_ECR";
        String url = environment.getOrDefault(service, environment.getOrDefault("AWS_ENDPOINT_URL", ""));
        return URI.create(
                url.isBlank() ? "https://" + host.api() + "/" : url.strip().replaceFirst("/*$", "/"));
    }

    private static Credential password(String registry, String answer) throws IOException {
        String pair = "";
        try {
            JsonNode data = MAPPER.readTree(answer).path("authorizationData");
            JsonNode first = data.isArray() ? data.path(0) : data;
            pair = new String(
                    Base64.getDecoder().decode(first.path("authorizationToken").asText("")), StandardCharsets.UTF_8);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException("AWS answered with something that is no password for " + registry);
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            throw new IOException("AWS answered without a password for " + registry);
        }
        return new Credential.Password(pair.substring(0, colon), new Secret(pair.substring(colon + 1)));
    }
}
