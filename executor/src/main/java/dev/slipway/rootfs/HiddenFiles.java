package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Small files that are in memory only while a command runs which shares our root and our user: registry credentials.
 * Closing puts them back as they were, for whoever comes after the build.
 *
 * <p>The way to a file is walked from directory to directory, and no link on it is followed: a command could lay one
 * there, and have the file put where a layer takes it from.
 */
final class HiddenFiles implements AutoCloseable {
    private static final int PRIVATE = 0600;

    private final Directory root;
    private final Deque<Hidden> hidden = new ArrayDeque<>();

    /** @param parents the directories that lead there, the topmost first */
    private record Hidden(PathBytes path, List<FileStatus> parents, FileStatus status, byte[] content) {}

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
        List<FileStatus> parents = new ArrayList<>();
        Directory here = root.openDirectory(PathBytes.EMPTY);
        try {
            for (PathBytes name : path.parent().components()) {
                Optional<FileStatus> parent = here.statusIfPresent(name).filter(FileStatus::isDirectory);
                if (parent.isEmpty()) {
                    return;
                }
                parents.add(parent.get());
                here = into(here, name);
            }
            Optional<FileStatus> status = here.statusIfPresent(path.name()).filter(FileStatus::isRegular);
            if (status.isEmpty()) {
                return;
            }
            byte[] content;
            try (OpenFile file = here.openRead(path.name())) {
                content = file.in().readAllBytes();
            }
            hidden.push(new Hidden(path, List.copyOf(parents), status.get(), content));
            here.unlink(path.name());
        } finally {
            here.close();
        }
    }

    /** Goes one directory down, and lets go of the one above. */
    private static Directory into(Directory here, PathBytes name) throws IOException {
        Directory below = here.openDirectoryNoFollow(name);
        here.close();
        return below;
    }

    /** Puts back all that can be; what can't is told in the end. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!hidden.isEmpty()) {
            try {
                putBack(hidden.pop());
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void putBack(Hidden file) throws IOException {
        Directory here = root.openDirectory(PathBytes.EMPTY);
        try {
            List<PathBytes> way = file.path().parent().components();
            for (int i = 0; i < way.size(); i++) {
                makeIfNoDirectory(here, way.get(i), file.parents().get(i));
                here = into(here, way.get(i));
            }
            PathBytes name = file.path().name();
            // A command may have made one of that name; ours is what the next build looks for.
            here.removeTree(name);
            FileStatus was = file.status();
            try (OpenFile out = here.createFile(name, PRIVATE)) {
                out.out().write(file.content());
                out.setOwner(was.uid(), was.gid());
                out.setPermissions(was.permissions());
                out.setModified(was.mtimeSeconds(), was.mtimeNanos());
            }
        } finally {
            here.close();
        }
    }

    /** What a command has put in a directory's place gives way: the file is in no layer only where it was. */
    private static void makeIfNoDirectory(Directory here, PathBytes name, FileStatus was) throws IOException {
        Optional<FileStatus> there = here.statusIfPresent(name);
        if (there.filter(FileStatus::isDirectory).isPresent()) {
            return;
        }
        if (there.isPresent()) {
            here.unlink(name);
        }
        here.makeDirectory(name, 0700);
        here.setOwner(name, was.uid(), was.gid());
        here.setPermissions(name, was.permissions());
    }
}
