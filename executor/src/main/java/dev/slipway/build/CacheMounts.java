package dev.slipway.build;

import dev.slipway.build.copy.Copier;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.Mount.Ownership;
import dev.slipway.dockerfile.Mount.Sharing;
import dev.slipway.image.Digest;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.DirectoryTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The directories of {@code RUN --mount=type=cache}, kept in the store for later builds: {@code mounts/ID} (DESIGN
 * 3.11). Builds that share the store share them by file locks.
 */
final class CacheMounts {
    private static final int DEFAULT_MODE = 0755;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);
    private static final PathBytes LOCK = PathBytes.of("lock");
    private static final PathBytes DATA = PathBytes.of("data");
    private static final PathBytes UNFINISHED = PathBytes.of("unfinished");
    private static final PathBytes GATE = PathBytes.of("gate");

    private final Path directory;

    CacheMounts(Path directory) {
        this.directory = directory;
    }

    /** A cache in use. */
    record Lease(Path directory, OpenFile lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            lock.close();
        }
    }

    /**
     * What tells caches apart: as with BuildKit their id, what they are seeded with, and the owner and the mode that a
     * mount asks for, so that nobody finds a cache that belongs to somebody else.
     */
    static Digest identity(String id, Ownership ownership, Optional<MountSources.Seed> seed) throws IOException {
        StringBuilder parts =
                new StringBuilder().append(id.length()).append(' ').append(id);
        if (!ownership.equals(Ownership.NONE)) {
            parts.append(" owner ")
                    .append(ownership.mode().orElse(DEFAULT_MODE))
                    .append(' ')
                    .append(ownership.uid().orElse(0))
                    .append(' ')
                    .append(ownership.gid().orElse(0));
        }
        if (seed.isPresent()) {
            parts.append(" seed ")
                    .append(SeedContent.digest(
                            seed.get().source().tree(), seed.get().path()));
        }
        return Digest.of(parts.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Takes a cache, and makes it where it is new: empty, or with a seed's content.
     *
     * @param sharing shared caches may be used by several steps at a time, locked ones are waited for, private ones are
     *     parted
     */
    Lease acquire(Digest identity, Sharing sharing, Ownership ownership, Optional<MountSources.Seed> seed)
            throws IOException, CopyException, InterruptedException {
        String name = identity.hex();
        for (int copy = 0; ; copy++) {
            Path place = directory.resolve(copy == 0 ? name : name + "-" + copy);
            Files.createDirectories(place);
            try (Directory opened = Directory.open(place)) {
                Optional<OpenFile> lock = lock(opened, sharing);
                if (lock.isPresent()) {
                    return prepared(place, opened, lock.get(), ownership, seed);
                }
            }
        }
    }

    /** The lock goes with the lease, and at once where there will be none. */
    private static Lease prepared(
            Path place, Directory opened, OpenFile lock, Ownership ownership, Optional<MountSources.Seed> seed)
            throws IOException, CopyException, InterruptedException {
        try {
            prepare(opened, ownership, seed);
        } catch (IOException | CopyException | InterruptedException | RuntimeException e) {
            try (lock) { // its failure is not lost
                throw e;
            }
        }
        return new Lease(place.resolve(DATA.toUtf8()), lock);
    }

    /** The lock, or nothing where a private cache is in use. */
    private static Optional<OpenFile> lock(Directory place, Sharing sharing) throws IOException, InterruptedException {
        OpenFile lock = place.openLockFile(LOCK);
        try {
            switch (sharing) {
                case SHARED -> await(lock, true);
                case LOCKED -> await(lock, false);
                case PRIVATE -> {
                    if (!lock.tryLock(false)) {
                        lock.close();
                        return Optional.empty();
                    }
                }
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            try (lock) { // its failure is not lost
                throw e;
            }
        }
        return Optional.of(lock);
    }

    /** Asks from time to time: who waits within flock(2) isn't reached by an interrupt. */
    private static void await(OpenFile lock, boolean shared) throws IOException, InterruptedException {
        while (!lock.tryLock(shared)) {
            Thread.sleep(BETWEEN_ATTEMPTS);
        }
    }

    private static void prepare(Directory place, Ownership ownership, Optional<MountSources.Seed> seed)
            throws IOException, CopyException, InterruptedException {
        try (OpenFile gate = place.openLockFile(GATE)) {
            await(gate, false);
            if (place.statusIfPresent(DATA).isPresent()) {
                return;
            }
            // A builder that was killed while it poured leaves no half of a seed behind for the next.
            place.removeTree(UNFINISHED);
            place.makeDirectory(UNFINISHED, DEFAULT_MODE);
            FileStatus like = seed.isPresent() ? pour(seed.get(), place) : place.status(UNFINISHED);
            place.setOwner(UNFINISHED, (int) ownership.uid().orElse(seed.isPresent() ? like.uid() : 0), (int)
                    ownership.gid().orElse(seed.isPresent() ? like.gid() : 0));
            place.setPermissions(
                    UNFINISHED, ownership.mode().orElse(seed.isPresent() ? like.permissions() : DEFAULT_MODE));
            place.rename(UNFINISHED, place, DATA);
        }
    }

    private static FileStatus pour(MountSources.Seed seed, Directory place) throws IOException, CopyException {
        CopyRules rules = new CopyRules(Optional.empty(), Optional.empty(), Instant.EPOCH);
        Copier copier = new Copier(DirectoryTree.of(place), "/" + UNFINISHED, rules, false, DockerIgnore.none());
        copier.copyFile(seed.source(), seed.path(), false);
        copier.finish();
        return seed.source().tree().status(seed.path()).orElseThrow();
    }
}
