package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that holds zeros where bytes should be, as after a crash of the machine. */
class DamagedStoreTest {
    @AutoClose
    private final CommandLine command = new CommandLine();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    private Path blob;

    @BeforeEach
    void fillTheStore() throws IOException {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            Image base = BaseImages.busybox(command.path("base"));
            access.push(base, "base", "1");
            blob = command.path("cache/blobs")
                    .resolve(base.layerDigests().getFirst().replace(':', '/'));
        }
        command.succeeds(
                "warm",
                "--insecure-registry=" + registry.host(),
                "-c",
                command.path("cache").toString(),
                "-i",
                registry.reference("base:1"));
        assertThat(blob).isRegularFile();
    }

    private CommandLine.Ended build(String instructions) {
        command.file("Dockerfile", instructions.replace("BASE", registry.reference("base:1")));
        return command.build(
                "--no-push",
                "--isolation=directory",
                "--insecure-registry=" + registry.host(),
                "--cache-dir=" + command.path("cache"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FROM BASE\nRUN echo a > /a\n", "FROM scratch\nCOPY --from=BASE /bin/busybox /busybox\n"})
    void aBaseLayerOfZerosIsFetchedAgain(String instructions) throws IOException {
        byte[] good = Files.readAllBytes(blob);
        Files.write(blob, new byte[good.length]);
        CommandLine.Ended ended = build(instructions);
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(ended.err()).contains("is damaged, as by a crash of the machine; fetching it again");
        assertThat(blob).hasBinaryContent(good);
    }

    @Test
    void aHoleInABaseLayerIsFoundBeforeTheTarIsBlamed() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(blob.toFile(), "rw")) {
            file.seek(file.length() / 2);
            file.write(new byte[4096]);
        }
        CommandLine.Ended ended = build("FROM BASE\nRUN echo a > /a\n");
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(ended.err()).contains("fetching it again");
    }

    @Test
    void aDamagedLayerThatNobodyHasIsRemovedAllTheSame() throws IOException {
        Files.write(blob, new byte[(int) Files.size(blob)]);
        for (int i = 0; i < 10; i++) {
            registry.refuseOnce("GET .*/blobs/.*", 404, Map.of());
        }
        CommandLine.Ended ended = build("FROM BASE\nRUN echo a > /a\n");
        assertThat(ended.exitCode()).as("%s", ended).isNotZero();
        assertThat(blob).as("nobody shall meet it again").doesNotExist();
    }
}
