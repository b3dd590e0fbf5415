package dev.slipway.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One document in the form of Docker's {@code config.json}: credentials by registry or by a path in it ({@code auths}),
 * helper programs ({@code credHelpers}, {@code credsStore}), and proxies.
 *
 * @param origin the file or variable, for messages
 * @param proxies {@code proxies.default}, as the variables that it stands for
 */
record DockerConfig(
        String origin,
        Map<Key, Entry> auths,
        Map<String, String> credHelpers,
        Optional<String> credsStore,
        Map<String, String> proxies) {
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * What an entry is for: a registry, or the repositories at and below a path in it.
     *
     * @param path without slashes at its ends; empty for the whole registry
     */
    record Key(String registry, String path) {

        /** Reads {@code host}, {@code https://host/v1/}, {@code host/path} and their mixtures. */
        static Key parse(String text) {
            String plain = text.strip().replaceFirst("^[A-Za-z]+://", "").replaceFirst("/+$", "");
            int slash = plain.indexOf('/');
            String registry = ImageReference.canonicalRegistry(slash < 0 ? plain : plain.substring(0, slash));
            String path = slash < 0 ? "" : plain.substring(slash + 1);
            return new Key(registry, path.equals("v1") || path.equals("v2") ? "" : path);
        }

        boolean covers(String otherRegistry, String repository) {
            return registry.equals(otherRegistry)
                    && (path.isEmpty() || repository.equals(path) || repository.startsWith(path + "/"));
        }

        int depth() {
            return path.isEmpty() ? 0 : path.split("/").length;
        }
    }

    /** A credential under the key that it was written under. */
    record Entry(String written, Credential credential) {}

    DockerConfig {
        auths = Map.copyOf(auths);
        credHelpers = Map.copyOf(credHelpers);
        proxies = Map.copyOf(proxies);
    }

    /** Reads the document; what is wrong with it is said without showing anything of it. */
    static DockerConfig parse(byte[] content, String origin) throws RegistryException {
        JsonNode root;
        try {
            root = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw malformed(
                    origin,
                    "is not JSON (line %d, column %d)"
                            .formatted(
                                    e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
        } catch (IOException e) {
            throw malformed(origin, "is not JSON");
        }
        if (!root.isObject()) {
            throw malformed(origin, "is not a JSON object");
        }
        Map<Key, Entry> auths = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.path("auths").properties()) {
            Optional<Credential> credential = credential(field.getValue(), field.getKey(), origin);
            if (credential.isPresent()) {
                auths.put(Key.parse(field.getKey()), new Entry(field.getKey(), credential.get()));
            }
        }
        Map<String, String> helpers = new LinkedHashMap<>();
        root.path("credHelpers")
                .properties()
                .forEach(field -> helpers.put(
                        Key.parse(field.getKey()).registry(), field.getValue().asText("")));
        helpers.values().removeIf(String::isEmpty);
        return new DockerConfig(
                origin,
                auths,
                helpers,
                Optional.of(root.path("credsStore").asText("")).filter(name -> !name.isEmpty()),
                proxies(root.path("proxies").path("default")));
    }

    private static Map<String, String> proxies(JsonNode node) {
        Map<String, String> variables = new LinkedHashMap<>();
        Map.of(
                        "httpProxy",
                        "HTTP_PROXY",
                        "httpsProxy",
                        "HTTPS_PROXY",
                        "noProxy",
                        "NO_PROXY",
                        "ftpProxy",
                        "FTP_PROXY",
                        "allProxy",
                        "ALL_PROXY")
                .forEach((field, name) -> {
                    String value = node.path(field).asText("").strip();
                    if (!value.isEmpty()) {
                        variables.put(name, value);
                    }
                });
        return variables;
    }

    private static Optional<Credential> credential(JsonNode node, String key, String origin) throws RegistryException {
        String identityToken = node.path("identitytoken").asText("");
        if (!identityToken.isEmpty()) {
            return Optional.of(new Credential.IdentityToken(new Secret(identityToken)));
        }
        String registryToken = node.path("registrytoken").asText("");
        if (!registryToken.isEmpty()) {
            return Optional.of(new Credential.RegistryToken(new Secret(registryToken)));
        }
        String auth = node.path("auth").asText("").strip();
        if (!auth.isEmpty()) {
            String pair;
            try {
                pair = new String(Base64.getMimeDecoder().decode(auth), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw malformed(origin, "has an \"auth\" for \"%s\" that is not base64".formatted(key));
            }
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw malformed(
                        origin, "has an \"auth\" for \"%s\" that is not base64 of user:password".formatted(key));
            }
            // Docker pads what it stores with zero bytes.
            return Optional.of(new Credential.Password(
                    pair.substring(0, colon),
                    new Secret(pair.substring(colon + 1).replaceFirst("\0+$", ""))));
        }
        String user = node.path("username").asText("");
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(new Credential.Password(
                        user, new Secret(node.path("password").asText(""))));
    }

    private static RegistryException malformed(String origin, String what) {
        return new RegistryException(
                RegistryException.Kind.UNAUTHORIZED,
                "read credentials: %s %s; correct it, or take it away".formatted(origin, what),
                origin,
                0,
                List.of(),
                null);
    }

    /** The helper program for a registry: its own, else the store for all. */
    Optional<String> helperFor(String registry) {
        return Optional.ofNullable(credHelpers.get(registry.toLowerCase(Locale.ROOT)));
    }

    /** The entries for a repository, the deepest path first. */
    List<Map.Entry<Key, Entry>> entriesFor(String registry, String repository) {
        List<Map.Entry<Key, Entry>> found = new ArrayList<>(auths.entrySet().stream()
                .filter(entry -> entry.getKey().covers(registry, repository))
                .toList());
        found.sort((one, other) ->
                Integer.compare(other.getKey().depth(), one.getKey().depth()));
        return found;
    }
}
