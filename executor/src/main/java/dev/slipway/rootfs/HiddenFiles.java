package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;

/**
 * Small files that are in memory only while a command runs which shares our root and our user: registry credentials.
 * Closing puts them back as they were, for whoever comes after the build.
 */
final class HiddenFiles implements AutoCloseable {
    private static final int PRIVATE = 0600;

    private final Directory root;
    private final Deque<Hidden> hidden = new ArrayDeque<>();

    private record Hidden(PathBytes path, FileStatus status, byte[] content) {}

    private HiddenFiles(Directory root) {
        this.root = root;
    }

    /** Takes those of the paths away that are files. */
    static HiddenFiles hide(Directory root, Collection<PathBytes> paths) throws IOException {
        HiddenFiles files = new HiddenFiles(root);
        try {
            for (PathBytes path : paths) {
                files.hide(path);
            }
        } catch (IOException | RuntimeException e) {
            try {
                files.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        return files;
    }

    private void hide(PathBytes path) throws IOException {
        Optional<FileStatus> status = root.statusIfPresent(path).filter(FileStatus::isRegular);
        if (status.isEmpty()) {
            return;
        }
        byte[] content;
        try (OpenFile file = root.openRead(path)) {
            content = file.in().readAllBytes();
        }
        hidden.push(new Hidden(path, status.get(), content));
        root.unlink(path);
    }

    @Override
    public void close() throws IOException {
        while (!hidden.isEmpty()) {
            Hidden file = hidden.pop();
            FileStatus was = file.status();
            // A command may have made one of that name; ours is what the next build looks for.
            if (root.statusIfPresent(file.path()).isPresent()) {
                root.removeTree(file.path());
            }
            try (OpenFile out = root.createFile(file.path(), PRIVATE)) {
                out.out().write(file.content());
                out.setOwner(was.uid(), was.gid());
                out.setPermissions(was.permissions());
                out.setModified(was.mtimeSeconds(), was.mtimeNanos());
            }
        }
    }
}
