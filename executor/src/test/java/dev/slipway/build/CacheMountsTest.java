package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.build.copy.CopySource;
import dev.slipway.dockerfile.Mount.Ownership;
import dev.slipway.dockerfile.Mount.Sharing;
import dev.slipway.fixture.process.Deadline;
import dev.slipway.image.Digest;
import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.DirectoryTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locks of {@code RUN --mount=type=cache}: never held for nothing, never waited for in a circle. */
class CacheMountsTest {
    private static final PathBytes LOCK = PathBytes.of("lock");

    @TempDir
    private Path directory;

    private static Digest identity(String id) throws IOException {
        return CacheMounts.identity(id, Ownership.NONE, Optional.empty());
    }

    private static OpenFile lockOf(Path cache) throws IOException {
        try (Directory opened = Directory.open(Files.createDirectories(cache))) {
            return opened.openLockFile(LOCK);
        }
    }

    @Test
    void aCacheThatCanNotBeMadeIsNotLocked() throws IOException {
        Path seed = Files.createDirectories(directory.resolve("seed"));
        try (Directory tree = Directory.open(seed)) {
            CopySource source = CopySource.of(DirectoryTree.of(tree), "a stage", FailureClass.BUILD);
            Optional<MountSources.Seed> missing = Optional.of(new MountSources.Seed(source, PathBytes.of("gone")));
            CacheMounts caches = new CacheMounts(directory.resolve("mounts"));
            assertThatThrownBy(() -> caches.acquire(identity("id"), Sharing.LOCKED, Ownership.NONE, missing))
                    .isInstanceOf(Exception.class);
        }
        try (OpenFile lock =
                lockOf(directory.resolve("mounts").resolve(identity("id").hex()))) {
            assertThat(lock.tryLock(false)).isTrue();
        }
    }

    /** Steps that take the same caches in different orders would wait for each other for ever. */
    @Test
    void aStepWaitsForTheFirstOfItsCachesBeforeItTakesAnother() throws Exception {
        List<String> ids = Stream.of("x", "y")
                .sorted(Comparator.comparing(CacheMountsTest::hex))
                .toList();
        Path mounts = directory.resolve("store/mounts");
        try (OpenFile held = lockOf(mounts.resolve(hex(ids.getFirst())))) {
            held.lock(false);
            PlainBuild build = PlainBuild.start(directory, """
                    FROM scratch
                    RUN --mount=type=cache,id=%s,sharing=locked,target=/a --mount=type=cache,id=%s,sharing=locked,target=/b x
                    """.formatted(ids.getLast(), ids.getFirst()));
            Deadline.in(Duration.ofSeconds(30))
                    .await("the step to wait for a cache", () -> build.result().isDone() || isWaiting(build.thread()));
            assertThat(mounts.resolve(hex(ids.getLast()))).doesNotExist();

            build.thread().interrupt();
            assertThatThrownBy(build.result()::get).hasRootCauseInstanceOf(InterruptedException.class);
        }
    }

    private static String hex(String id) {
        return Digest.of((id.length() + " " + id).getBytes(StandardCharsets.UTF_8))
                .hex();
    }

    private static boolean isWaiting(Thread thread) {
        return Stream.of(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(CacheMounts.class.getName())
                        && frame.getMethodName().equals("await"));
    }
}
