package dev.slipway.sandbox;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds the places in a root where something is mounted, makes stubs where the image has nothing, and takes them away
 * afterwards with the parents' times put back, so that no stub and no trace of one enters a layer.
 */
final class MountPoints {
    private static final int MOST_LINKS = 40;

    private final Deque<Stub> stubs = new ArrayDeque<>();

    /** A file or directory that was not there, and its parent's times before and after it came. */
    private record Stub(PathBytes path, boolean directory, PathBytes parent, FileStatus before, FileStatus after) {}

    /** Gives the place where a path leads, with no link in it, and makes it if it is missing. */
    PathBytes prepare(Directory root, PathBytes target, boolean directory) throws IOException {
        PathBytes place = resolve(root, target);
        if (place.isEmpty()) {
            throw new SandboxException("can't mount onto / itself: the target \"" + target + "\" leads there");
        }
        if (root.statusIfPresent(place).isPresent()) {
            return place;
        }
        PathBytes here = PathBytes.EMPTY;
        for (PathBytes name : place.parent().components()) {
            here = here.resolve(name);
            Optional<FileStatus> status = root.statusIfPresent(here);
            if (status.isEmpty()) {
                make(root, here, true);
            } else if (!status.get().isDirectory()) {
                throw new SandboxException("can't mount onto \"/" + target + "\": \"/" + here + "\" is no directory");
            }
        }
        make(root, place, directory);
        return place;
    }

    private void make(Directory root, PathBytes path, boolean directory) throws IOException {
        FileStatus before = parentStatus(root, path.parent());
        if (directory) {
            root.makeDirectory(path, 0755);
        } else {
            root.createFile(path, 0644).close();
        }
        stubs.push(new Stub(path, directory, path.parent(), before, parentStatus(root, path.parent())));
    }

    private static FileStatus parentStatus(Directory root, PathBytes parent) throws IOException {
        return parent.isEmpty() ? root.status() : root.status(parent);
    }

    /** Follows all links, the last one too, as far as there is something; excess {@code ..} stops at the root. */
    static PathBytes resolve(Directory root, PathBytes path) throws IOException {
        Deque<PathBytes> todo = new ArrayDeque<>(path.components());
        PathBytes here = PathBytes.EMPTY;
        int links = 0;
        while (!todo.isEmpty()) {
            PathBytes name = todo.pop();
            if (name.endsInDots()) {
                here = name.length() == 2 ? here.parent() : here;
                continue;
            }
            PathBytes next = here.resolve(name);
            Optional<FileStatus> status = root.statusIfPresent(next);
            if (status.isPresent() && status.get().isSymlink()) {
                if (++links > MOST_LINKS) {
                    throw new PosixException("resolve", path.toString(), Errno.ELOOP);
                }
                byte[] link = root.readLink(next);
                here = link.length > 0 && link[0] == '/' ? PathBytes.EMPTY : here;
                PathBytes.of(link).components().reversed().forEach(todo::push);
            } else {
                here = next;
            }
        }
        return here;
    }

    /** Takes the stubs away, where nothing is mounted on them any more, unless the command put something in their place or into them. */
    void removeStubs(Directory root) throws IOException {
        List<IOException> failures = new ArrayList<>();
        while (!stubs.isEmpty()) {
            Stub stub = stubs.pop();
            try {
                remove(root, stub);
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IOException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static void remove(Directory root, Stub stub) throws IOException {
        Optional<FileStatus> now = root.statusIfPresent(stub.path);
        if (now.isEmpty()) {
            return;
        }
        FileStatus parent = parentStatus(root, stub.parent);
        if (stub.directory) {
            try {
                root.removeDirectory(stub.path);
            } catch (PosixException e) {
                if (e.is(Errno.ENOTEMPTY) || e.is(Errno.ENOTDIR) || e.is(Errno.EEXIST)) {
                    return;
                }
                throw e;
            }
        } else {
            if (!now.get().isRegular() || now.get().sizeBytes() > 0) {
                return;
            }
            root.unlink(stub.path);
        }
        boolean untouched =
                parent.mtimeSeconds() == stub.after.mtimeSeconds() && parent.mtimeNanos() == stub.after.mtimeNanos();
        if (untouched) {
            root.setModified(stub.parent, stub.before.mtimeSeconds(), stub.before.mtimeNanos());
        }
    }
}
