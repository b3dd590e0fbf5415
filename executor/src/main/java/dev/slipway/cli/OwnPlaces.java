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

    /** {@code --cache-dir} is the content store where it is given, or where its default is a volume. */
    Path store(WorkDirectory work) throws IOException {
        Optional<Path> given = flags.value(CacheFlags.CACHE_DIR).map(workingDirectory::resolve);
        if (given.isPresent()) {
            return given.get();
        }
        String usual = CacheFlags.CACHE_DIR.defaultValue();
        return isMountPoint(usual) ? Path.of(usual) : work.store();
    }

    private boolean isMountPoint(String path) throws IOException {
        // The fifth field of a line is the place; names with blanks are escaped there, and ours has none.
        return Files.exists(mountTable)
                && Files.readAllLines(mountTable).stream()
                        .map(line -> line.split(" "))
                        .anyMatch(fields -> fields.length > 4 && fields[4].equals(path));
    }
}
