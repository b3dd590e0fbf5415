package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Deadline;
import dev.slipway.fixture.process.FixtureException;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Memory doesn't grow with what is built. */
class MemoryIT {

    private static final long LAYER_MEGABYTES = 500;
    /** The young generation fills before it is first collected, whatever is built; a layer held in memory is twice this. */
    private static final long MOST_MORE_MEGABYTES = 250;

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void doesNotGrowWithALayerThatIsPulledExtractedMadeCopiedAndPushed() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        }
        long small = peakMegabytes(1, "small");
        long large = peakMegabytes(LAYER_MEGABYTES, "large");
        assertThat(large)
                .as("peak with %d MB in layers, in MB; with 1 MB it is %d", LAYER_MEGABYTES, small)
                .isLessThan(small + MOST_MORE_MEGABYTES);
    }

    private long peakMegabytes(long size, String name) {
        workspace.shell("rm -f context/zeros; truncate -s %dM context/zeros".formatted(size));
        workspace.dockerfile("""
                FROM %s AS made
                RUN dd if=/dev/zero of=/made bs=1M count=%d 2> /dev/null
                FROM %s
                COPY --from=made /made /made
                COPY zeros /zeros
                """.formatted(registry.reference("busybox:1"), size, registry.reference("busybox:1")));
        try (RunningProgram running = workspace
                .build("--destination=" + registry.reference(name + ":1"), "--insecure", "--compression-level=1")
                .start()) {
            Path status = Path.of("/proc", Long.toString(running.pid()), "status");
            long[] peak = {0};
            Deadline.in(Duration.ofMinutes(3)).await("the build's end", () -> {
                peak[0] = Math.max(peak[0], peakKibibytes(status));
                return !running.isAlive();
            });
            Completed done = running.await();
            assertThat(done.exitCode()).as("%s", done).isZero();
            return peak[0] / 1024;
        }
    }

    private static long peakKibibytes(Path status) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (NoSuchFileException e) {
            return 0; // it has ended
        } catch (IOException | UncheckedIOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return 0;
            }
            throw new FixtureException("can't read " + status, e);
        }
    }
}
