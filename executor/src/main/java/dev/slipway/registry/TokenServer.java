package dev.slipway.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Fetches access tokens from the realm that a registry's challenge names (distribution, "Token Authentication"). */
final class TokenServer {
    private static final int LARGEST_BYTES = 1024 * 1024;
    private static final long DEFAULT_SECONDS = 60;
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpTransport transport;
    private final Retry retry;

    TokenServer(HttpTransport transport, Retry retry) {
        this.transport = transport;
        this.retry = retry;
    }

    /**
     * An access token.
     *
     * @param until when to fetch another, a little before this one ends
     */
    record Token(Secret value, Instant until) {}

    /** Who asks, and with what, in words for errors. */
    record Asker(Credential credential, Optional<String> origin) {}

    Token fetch(Direction direction, String operation, Challenge challenge, Set<String> scopes, Asker asker)
            throws IOException {
        HttpCall call = call(direction, operation, challenge, scopes, asker.credential());
        Instant asked = retry.clock().instant();
        try (HttpAnswer answer = send(operation, call)) {
            if (answer.status() != 200) {
                throw Failures.answered("get a token to " + operation, answer, asker.origin());
            }
            return read(operation, call.uri(), answer.read(LARGEST_BYTES), asked);
        }
    }

    private HttpAnswer send(String operation, HttpCall call) throws IOException {
        for (int made = 1; ; made++) {
            try {
                HttpAnswer answer = transport.send(call);
                if (!Retry.isPassing(answer.status()) || !retry.again(made, answer.header("Retry-After"))) {
                    return answer;
                }
                answer.close();
            } catch (IOException e) {
                RegistryException failure = Failures.unanswered("get a token to " + operation, call.uri(), e);
                if (failure.kind() == RegistryException.Kind.TLS || !retry.again(made, Optional.empty())) {
                    throw failure;
                }
            }
        }
    }

    private static HttpCall call(
            Direction direction, String operation, Challenge challenge, Set<String> scopes, Credential credential)
            throws IOException {
        String realm = challenge.parameter("realm").orElseThrow();
        StringBuilder query = new StringBuilder();
        challenge.parameter("service").ifPresent(service -> append(query, "service", service));
        return switch (credential) {
            case Credential.IdentityToken(Secret token) -> {
                append(query, "grant_type", "refresh_token");
                append(query, "client_id", "slipway");
                append(query, "refresh_token", token.reveal());
                append(query, "scope", String.join(" ", scopes));
                yield HttpCall.of(direction, "POST", uri(operation, realm, ""))
                        .withHeader("Content-Type", "application/x-www-form-urlencoded")
                        .withBody(HttpCall.Body.of(query.toString().getBytes(StandardCharsets.UTF_8)));
            }
            case Credential.Password password -> {
                scopes.forEach(scope -> append(query, "scope", scope));
                yield HttpCall.of(direction, "GET", uri(operation, realm, query.toString()))
                        .withHeader("Authorization", basic(password));
            }
            case Credential.RegistryToken ignored ->
                throw new IllegalArgumentException("an access token needs no other");
            case Credential.Anonymous ignored -> {
                scopes.forEach(scope -> append(query, "scope", scope));
                yield HttpCall.of(direction, "GET", uri(operation, realm, query.toString()));
            }
        };
    }

    static String basic(Credential.Password password) {
        byte[] pair = (password.user() + ":" + password.password().reveal()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private static void append(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private static URI uri(String operation, String realm, String query) throws IOException {
        try {
            URI uri = new URI(query.isEmpty() ? realm : realm + (realm.contains("?") ? "&" : "?") + query);
            if ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new RegistryException(
                    RegistryException.Kind.PROTOCOL,
                    operation + ": the registry names a token server that is no URL: \"" + realm + "\"",
                    realm,
                    0,
                    List.of(),
                    e);
        }
        throw new RegistryException(
                RegistryException.Kind.PROTOCOL,
                operation + ": the registry names a token server that is no http URL: \"" + realm + "\"",
                realm,
                0,
                List.of(),
                null);
    }

    private static Token read(String operation, URI uri, byte[] body, Instant asked) throws IOException {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (IOException e) { // in bytes that are here already: no JSON, or in no encoding of JSON's
            throw Failures.protocol("get a token to " + operation, uri, "answered with something that is no JSON");
        }
        String token = root.path("token").asText("");
        if (token.isEmpty()) {
            token = root.path("access_token").asText("");
        }
        if (token.isEmpty()) {
            throw Failures.protocol("get a token to " + operation, uri, "answered without a token");
        }
        long seconds = Math.clamp(root.path("expires_in").asLong(DEFAULT_SECONDS), 0, Integer.MAX_VALUE);
        Duration life = Duration.ofSeconds(seconds == 0 ? DEFAULT_SECONDS : seconds);
        Duration margin = life.dividedBy(5).compareTo(MARGIN) < 0 ? life.dividedBy(5) : MARGIN;
        return new Token(new Secret(token), asked.plus(life).minus(margin));
    }
}
