package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.Deadline;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Eight executors on one cache directory, half of them killed. */
class SharedCacheIT {
    private static final int EXECUTORS = 8;
    private static final int LAYER_BYTES = 24 << 20;

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void executorsThatAreKilledLeaveACacheThatTheOthersUse() throws Exception {
        Path cache = workspace.path("cache");
        try (DockerRegistry registry = DockerRegistry.start();
                RegistryAccess access = RegistryAccess.to(registry)) {
            Image base = ImageBuilder.oci()
                    .layer(tar -> tar.file("noise", 0644, noise()))
                    .layer(tar -> tar.file("small", 0644, "small"))
                    .writeTo(workspace.path("base"));
            access.push(base, "base", "1");
            workspace.dockerfile("FROM scratch\nCOPY --from=%s /small /\n".formatted(registry.reference("base:1")));
            List<RunningProgram> executors = new ArrayList<>();
            for (int i = 0; i < EXECUTORS; i++) {
                executors.add(executor(registry, cache, i).start());
            }
            Deadline.in(Duration.ofSeconds(60)).await("a download", () -> begun(cache));
            for (int i = 0; i < EXECUTORS; i++) {
                if (i % 4 < 2) {
                    kill(executors.get(i));
                }
            }
            for (int i = 0; i < EXECUTORS; i++) {
                try (RunningProgram executor = executors.get(i)) {
                    int code = executor.await().exitCode();
                    assertThat(i % 4 < 2 || code == 0)
                            .as("executor %d: %s", i, executor.errorsSoFar())
                            .isTrue();
                }
            }
            executor(registry, cache, 0).runSuccessfully();
            assertThat(names(cache.resolve("ingest")))
                    .as("what the killed ones left")
                    .isEmpty();
            for (String name : names(cache.resolve("blobs/sha256"))) {
                assertThat(sha256(cache.resolve("blobs/sha256").resolve(name))).isEqualTo(name);
            }
            assertThat(names(cache.resolve("blobs/sha256")))
                    .containsAll(base.layerDigests().stream()
                            .map(digest -> digest.substring("sha256:".length()))
                            .toList());
        }
    }

    /** Every other one warms, under kaniko's name for it; the others build. */
    private Program executor(DockerRegistry registry, Path cache, int number) throws IOException {
        if (number % 2 == 0) {
            Path warmer = workspace.path("warmer");
            if (!Files.exists(warmer)) {
                Files.createSymbolicLink(warmer, Workspace.launcher());
            }
            return Program.of(warmer.toString())
                    .with("--cache-dir=" + cache, "--image=" + registry.reference("base:1"))
                    .with("--insecure-pull");
        }
        return workspace.build("--no-push", "--insecure-pull", "--cache-dir=" + cache);
    }

    /** One that has ended by itself needs no killing. */
    private static void kill(RunningProgram executor) {
        Program.of("kill", "-KILL", Long.toString(executor.pid())).run();
    }

    private static boolean begun(Path cache) {
        String[] begun = cache.resolve("ingest").toFile().list();
        return begun != null && begun.length > 0;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Bytes that no compression makes fewer, as a text of one byte a character. */
    private static String noise() {
        byte[] bytes = new byte[LAYER_BYTES];
        new Random(1).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
