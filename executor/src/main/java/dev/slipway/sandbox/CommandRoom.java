package dev.slipway.sandbox;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a command's things lie that are neither in its root nor anybody else's; closing it removes them. */
record CommandRoom(Path path) implements Closeable {
    private static final String DISK = "disk";

    /** A new one in a directory of ours. */
    static CommandRoom in(Path scratch) throws IOException {
        CommandRoom room = new CommandRoom(Files.createTempDirectory(scratch, "command"));
        Files.createDirectory(room.memory());
        return room;
    }

    /** An empty directory, for a file system in memory to be mounted on. */
    Path memory() {
        return path.resolve("memory");
    }

    /** A directory for what may be more than there is memory; made when it is first asked for. */
    Path disk() throws IOException {
        return Files.createDirectories(path.resolve(DISK));
    }

    @Override
    public void close() throws IOException {
        try (Directory room = Directory.open(path)) {
            room.removeTree(PathBytes.of(DISK));
        }
        Files.delete(memory());
        Files.delete(path);
    }
}
