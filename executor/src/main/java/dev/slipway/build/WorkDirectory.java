package dev.slipway.build;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What one build keeps on disk while it runs: {@code builds/ID} below our own directory, locked for as long as the
 * process lives (DESIGN 3.11). Removed by {@link #close()}; what a killed process left behind, the next one removes.
 */
public final class WorkDirectory implements AutoCloseable {
    private static final PathBytes LOCK = PathBytes.of("lock");
    private static final String WORK = "work";
    /** Guards the moments between making a build's directory and locking it, and while one is removed. */
    private static final PathBytes GATE = PathBytes.of("builds.lock");

    private final Path work;
    private final String id;
    private final Directory builds;
    private final OpenFile lock;

    private WorkDirectory(Path work, String id, Directory builds, OpenFile lock) {
        this.work = work;
        this.id = id;
        this.builds = builds;
        this.lock = lock;
    }

    /** Where ours is without a flag: {@code /slipway} in our image, elsewhere the user's cache directory. */
    public static Path standard(Map<String, String> environment) {
        return standard(Path.of("/slipway"), environment);
    }

    static Path standard(Path image, Map<String, String> environment) {
        // Where the root is read-only, a volume at /slipway/work is what may be written.
        if (Files.isWritable(image.resolve(WORK)) || (Files.isDirectory(image) && Files.isWritable(image))) {
            return image;
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path home = Path.of(environment.getOrDefault("HOME", "/"));
        return (cache.startsWith("/") ? Path.of(cache) : home.resolve(".cache")).resolve("slipway");
    }

    /** Makes a place for a build below {@code directory}, and removes those of builds that were killed. */
    public static WorkDirectory open(Path directory) throws IOException {
        Path work = directory.toAbsolutePath().resolve(WORK);
        Files.createDirectories(work.resolve("builds"));
        String id = HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong());
        try (Directory room = Directory.open(work);
                OpenFile gate = room.openLockFile(GATE)) {
            gate.lock(false);
            Directory builds = room.openDirectory(PathBytes.of("builds"));
            try {
                removeAbandoned(builds);
                return new WorkDirectory(work, id, builds, create(builds, PathBytes.of(id)));
            } catch (IOException failure) {
                builds.close();
                throw failure;
            }
        }
    }

    private static OpenFile create(Directory builds, PathBytes id) throws IOException {
        builds.makeDirectory(id, 0700);
        try (Directory build = builds.openDirectoryNoFollow(id)) {
            build.makeDirectory(PathBytes.of("tmp"), 0700);
            OpenFile lock = build.openLockFile(LOCK);
            lock.lock(false);
            return lock;
        }
    }

    private static void removeAbandoned(Directory builds) throws IOException {
        for (Directory.Entry entry : builds.list()) {
            if (entry.type().filter(type -> type != FileType.DIRECTORY).isPresent()) {
                continue;
            }
            boolean abandoned;
            try (Directory build = builds.openDirectoryNoFollow(entry.name());
                    OpenFile lock = build.openLockFile(LOCK)) {
                abandoned = lock.tryLock(false);
            }
            if (abandoned) {
                builds.removeTree(entry.name());
            }
        }
    }

    /** Everything that this build alone needs; only its owner may look inside. */
    public Path build() {
        return work.resolve("builds").resolve(id);
    }

    /** Where a fetched or unpacked context goes; the resolver makes it. */
    public Path context() {
        return build().resolve("context");
    }

    /** For files that live shorter than the build. */
    public Path temporary() {
        return build().resolve("tmp");
    }

    /** The content store, shared with other builds, where no {@code --cache-dir} is. */
    public Path store() {
        return work.resolve("store");
    }

    /** Removes what was kept for later builds. */
    public void removeStore() throws IOException {
        try (Directory room = Directory.open(work)) {
            room.removeTree(PathBytes.of("store"));
        }
    }

    @Override
    public void close() throws IOException {
        try (builds;
                lock;
                Directory room = Directory.open(work);
                OpenFile gate = room.openLockFile(GATE)) {
            gate.lock(false);
            builds.removeTree(PathBytes.of(id));
        }
    }
}
