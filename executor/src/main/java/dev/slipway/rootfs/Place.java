package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Path;

/** A directory of our own for one root filesystem, as an open descriptor and as the path that mounts are told. */
record Place(Path path, Directory directory) implements AutoCloseable {

    static Place open(Path path) throws IOException {
        return new Place(path, Directory.open(path));
    }

    /** Makes a directory here; it must not be there yet. */
    Place make(String name, int permissions) throws IOException {
        PathBytes bytes = PathBytes.of(name);
        directory.makeDirectory(bytes, permissions);
        directory.setPermissions(bytes, permissions);
        return at(name);
    }

    Place at(String name) throws IOException {
        return new Place(path.resolve(name), directory.openDirectoryNoFollow(PathBytes.of(name)));
    }

    void remove(String name) throws IOException {
        directory.removeTree(PathBytes.of(name));
    }

    @Override
    public void close() {
        directory.close();
    }
}
