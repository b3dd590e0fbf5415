package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import dev.slipway.sandbox.DirectoryCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The executor's filesystem as it was before a build in place, moved aside where it can be, and put back after it. */
final class SavedRoot {
    private final Directory root;
    private final KeptPaths kept;
    private final Path room;

    SavedRoot(Directory root, KeptPaths kept, Path room) {
        this.root = root;
        this.kept = kept;
        this.room = room;
    }

    void save() throws IOException {
        Files.createDirectories(room);
        try (Directory saved = Directory.open(room)) {
            move(root, saved, PathBytes.EMPTY);
        }
    }

    void restore() throws IOException {
        if (!Files.isDirectory(room)) {
            return;
        }
        try (Directory saved = Directory.open(room)) {
            move(saved, root, PathBytes.EMPTY);
        }
    }

    /** Directories that lead to something kept exist on both sides; what is in them goes over piece by piece. */
    private void move(Directory from, Directory to, PathBytes path) throws IOException {
        List<Directory.Entry> entries;
        try (Directory directory = from.openDirectory(path)) {
            entries = directory.list();
        }
        for (Directory.Entry entry : entries) {
            PathBytes child = path.resolve(entry.name());
            if (kept.covers(child)) {
                continue;
            }
            if (kept.isAbove(child) && from.status(child).isDirectory()) {
                if (to.statusIfPresent(child).isEmpty()) {
                    to.makeDirectory(child, from.status(child).permissions());
                }
                move(from, to, child);
                continue;
            }
            moveOne(from, to, child);
        }
    }

    private static void moveOne(Directory from, Directory to, PathBytes path) throws IOException {
        try {
            from.rename(path, to, path);
        } catch (PosixException e) {
            if (!e.is(Errno.EXDEV)) {
                throw e;
            }
            // A directory of the container image's own layers, or a work directory on another volume.
            new DirectoryCopy(from, to).copy(path, path);
            from.removeTree(path);
        }
    }
}
