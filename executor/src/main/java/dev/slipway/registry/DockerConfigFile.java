package dev.slipway.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Objects;

/** Docker's {@code config.json} as a file that a credential is put into; what else is in it stays as it is. */
public final class DockerConfigFile {
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";
    private static final JsonMapper MAPPER = new JsonMapper();

    private DockerConfigFile() {}

    /**
     * Puts a credential there, readable by this user only; the file is replaced as a whole.
     *
     * @param registry host, with a port or a path where it is only for that
     * @throws IllegalArgumentException for a name that can't be in the file, in words
     */
    public static void put(Path file, String registry, String user, Secret password) throws IOException {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("a user can't have a colon in its name: \"%s\"".formatted(user));
        }
        DockerConfig.Key key = DockerConfig.Key.parse(registry);
        if (key.registry().isEmpty() || registry.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("\"%s\" is no registry".formatted(registry));
        }
        ObjectNode root = read(file);
        String path = key.path().isEmpty() ? "" : "/" + key.path();
        String name = key.registry().equals(ImageReference.DOCKER_HUB) && path.isEmpty()
                ? DOCKER_HUB_KEY
                : key.registry() + path;
        String pair = user + ":" + password.reveal();
        root.withObjectProperty("auths")
                .putObject(name)
                .put("auth", Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        Path directory = Files.createDirectories(
                Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory"));
        Path temporary = Files.createTempFile(
                directory,
                "config",
                ".json",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return MAPPER.createObjectNode();
        }
        try {
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            if (root instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is not JSON (line %d): correct it, or take it away"
                            .formatted(file, e.getLocation().getLineNr()),
                    e);
        }
        throw new IllegalArgumentException("\"%s\" is not a JSON object: correct it, or take it away".formatted(file));
    }
}
