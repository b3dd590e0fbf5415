package dev.slipway.cli;

import dev.slipway.build.WorkDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where our own files are, as the flags and the machine say (DESIGN 3.11). */
final class OwnPlaces {
    private final GivenFlags flags;
    private final Path workingDirectory;
    private final Path mountTable;

    OwnPlaces(GivenFlags flags, Path workingDirectory, Path mountTable) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
        this.mountTable = mountTable;
    }

    /** {@code --slipway-dir}, or the usual place. */
    Path directory() {
        return flags.value(RunFlags.SLIPWAY_DIR)
                .map(workingDirectory::resolve)
                .orElseGet(() -> WorkDirectory.standard(flags.environment()));
    }

    /**
     * The content store, and one that is only read.
     *
     * @param shared a {@code --cache-dir} that can't be written to, such as a volume that is mounted read-only
     */
    record Store(Path directory, Optional<Path> shared) {}

    /** {@code --cache-dir} is the content store where it is given, or where its default is a volume. */
    Store store(WorkDirectory work) throws IOException {
        Optional<Path> given = flags.value(CacheFlags.CACHE_DIR).map(workingDirectory::resolve);
        String usual = CacheFlags.CACHE_DIR.defaultValue();
        Optional<Path> cache = given.isEmpty() && isMountPoint(usual) ? Optional.of(Path.of(usual)) : given;
        if (cache.isEmpty()) {
            return new Store(work.store(), Optional.empty());
        }
        boolean readOnly = Files.isDirectory(cache.get()) && !Files.isWritable(cache.get());
        return readOnly ? new Store(work.store(), cache) : new Store(cache.get(), Optional.empty());
    }

    private boolean isMountPoint(String path) throws IOException {
        // The fifth field of a line is the place; names with blanks are escaped there, and ours has none.
        return Files.exists(mountTable)
                && Files.readAllLines(mountTable).stream()
                        .map(line -> line.split(" "))
                        .anyMatch(fields -> fields.length > 4 && fields[4].equals(path));
    }
}
