package dev.slipway.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Asks a {@code docker-credential-NAME} program for a registry's credential (docker-credential-helpers, "get"): the
 * server's name goes to its standard input, JSON comes back. A program that takes too long is ended.
 */
final class CredentialHelper {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final int LARGEST_BYTES = 1024 * 1024;
    private static final String DOCKER_HUB_SERVER = "https://index.docker.io/v1/";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Map<String, String> environment;
    private final Duration limit;

    CredentialHelper(Map<String, String> environment, Duration limit) {
        this.environment = environment;
        this.limit = limit;
    }

    /** The credential; none where the helper knows none. An error of the helper is an exception in words. */
    Optional<Credential> get(String name, String registry) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IOException("\"%s\" is no name of a credential helper".formatted(name));
        }
        String program = "docker-credential-" + name;
        ProcessBuilder builder = new ProcessBuilder(onPath(program).toString(), "get");
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("%s can't be started: %s".formatted(program, e.getMessage()), e);
        }
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name(program).start(() -> read(process.getInputStream(), output));
        try (OutputStream in = process.getOutputStream()) {
            in.write(server(registry).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException("%s doesn't read its input".formatted(program), e);
        }
        return result(program, process, output);
    }

    boolean isInstalled(String name) {
        try {
            return NAME.matcher(name).matches() && Files.isExecutable(onPath("docker-credential-" + name));
        } catch (IOException e) {
            return false; // which is all that was asked
        }
    }

    private Path onPath(String program) throws IOException {
        for (String directory : environment.getOrDefault("PATH", "").split(":")) {
            Path file = Path.of(directory, program);
            if (!directory.isEmpty() && Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IOException(program + " is not on the PATH");
    }

    private static String server(String registry) {
        return registry.equals(ImageReference.DOCKER_HUB) ? DOCKER_HUB_SERVER : registry;
    }

    private static void read(InputStream in, CompletableFuture<byte[]> output) {
        try (in) {
            output.complete(in.readNBytes(LARGEST_BYTES));
        } catch (IOException e) {
            output.completeExceptionally(e);
        }
    }

    private Optional<Credential> result(String program, Process process, CompletableFuture<byte[]> output)
            throws IOException {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("%s gave no answer within %d s".formatted(program, limit.toSeconds()));
            }
            byte[] answer = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            String text = new String(answer, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                if (text.contains("credentials not found")) {
                    return Optional.empty();
                }
                throw new IOException("%s ended with status %d".formatted(program, process.exitValue()));
            }
            return credential(program, text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + program, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("%s leaves its output open".formatted(program), e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Credential> credential(String program, String text) throws IOException {
        JsonNode root;
        try {
            root = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("%s answered with something that is no JSON".formatted(program));
        }
        String user = root.path("Username").asText("");
        Secret secret = new Secret(root.path("Secret").asText(""));
        if (secret.reveal().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                user.equals("<token>") ? new Credential.IdentityToken(secret) : new Credential.Password(user, secret));
    }
}
