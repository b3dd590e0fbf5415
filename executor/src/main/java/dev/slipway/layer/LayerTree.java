package dev.slipway.layer;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a layer is being applied to: finds the way to each entry without ever leaving the root, remembers
 * what this layer has put where, and puts directories' times right at the end.
 *
 * <p>The way is walked name by name from open directory to open directory. A link on it is followed, inside the root,
 * only if this very layer brought it; a link (or file) of a lower layer gives way to a directory, as it does where layers
 * are unpacked each for itself and laid above each other.
 */
final class LayerTree implements AutoCloseable {
    private static final int MOST_LINKS = 40;

    private final ApplyMode mode;
    private final Reserved reserved;
    private final List<Frame> frames = new ArrayList<>();
    private final PathSet written = new PathSet();
    private final PathSet ancestors = new PathSet();
    private final Set<PathBytes> implied = new LinkedHashSet<>();
    private final Map<PathBytes, Instant> times = new HashMap<>();

    /** An open directory on the way to the current entry. */
    static final class Frame {
        private final PathBytes name;
        private final PathBytes path;
        private final Directory directory;
        private boolean changing;

        Frame(PathBytes name, PathBytes path, Directory directory) {
            this.name = name;
            this.path = path;
            this.directory = directory;
        }

        /** Where it really lies. */
        PathBytes path() {
            return path;
        }

        Directory directory() {
            return directory;
        }
    }

    LayerTree(Directory root, ApplyMode mode, Reserved reserved) throws IOException {
        this.reserved = reserved;
        this.mode = mode;
        frames.add(new Frame(PathBytes.EMPTY, PathBytes.EMPTY, root.openDirectory(PathBytes.EMPTY)));
        if (mode.isOverlay()) {
            root.setOwner(PathBytes.EMPTY, 0, 0);
            root.setPermissions(PathBytes.EMPTY, 0755);
            times.put(PathBytes.EMPTY, Instant.EPOCH);
            implied.add(PathBytes.EMPTY);
        }
    }

    /** The directory at a path, with what is missing of it made. */
    Frame enter(PathBytes path) throws IOException {
        Frame frame = walk(path, true);
        if (frame == null) {
            throw new IllegalStateException("\"" + path + "\" was not made");
        }
        return frame;
    }

    /** The directory at a path, if there is one. */
    Optional<Frame> find(PathBytes path) throws IOException {
        return Optional.ofNullable(walk(path, false));
    }

    private @Nullable Frame walk(PathBytes path, boolean create) throws IOException {
        if (path.equals(top().path)) {
            return top();
        }
        List<PathBytes> components = path.components();
        int shared = 0;
        while (shared < components.size()
                && shared + 1 < frames.size()
                && frames.get(shared + 1).name.equals(components.get(shared))) {
            shared++;
        }
        leaveTo(shared + 1);
        Deque<PathBytes> todo = new ArrayDeque<>(components.subList(shared, components.size()));
        int links = 0;
        while (!todo.isEmpty()) {
            PathBytes name = todo.pop();
            if (name.endsInDots()) {
                if (name.length() == 2) {
                    leaveTo(Math.max(1, frames.size() - 1));
                }
                continue;
            }
            Frame here = top();
            if (step(here, name)) {
                continue;
            }
            PathBytes real = here.path.resolve(name);
            Optional<FileStatus> status = here.directory.statusIfPresent(name);
            if (status.isPresent() && written.contains(real)) {
                if (!status.get().isSymlink()) {
                    throw new LayerException(
                            LayerException.Kind.LAYER, "\"" + real + "\" is no directory in the same layer");
                }
                if (++links > MOST_LINKS) {
                    throw new LayerException(
                            LayerException.Kind.LAYER, "the links on the way to \"" + path + "\" go in a circle");
                }
                byte[] target = here.directory.readLink(name);
                if (target.length > 0 && target[0] == '/') {
                    leaveTo(1);
                }
                PathBytes.of(target).components().reversed().forEach(todo::push);
                continue;
            }
            if (!create) {
                return null;
            }
            makeImplied(here, name, real, status);
            step(here, name);
        }
        return top();
    }

    private boolean step(Frame here, PathBytes name) throws IOException {
        try {
            Directory opened = here.directory.openDirectoryNoFollow(name);
            frames.add(new Frame(name, here.path.resolve(name), opened));
            return true;
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                return false;
            }
            throw e;
        }
    }

    private void makeImplied(Frame here, PathBytes name, PathBytes real, Optional<FileStatus> status)
            throws IOException {
        change(here);
        replaceByDirectory(here, name, status);
        setImplied(here, name);
        implied.add(real);
        times.put(real, Instant.EPOCH);
    }

    private static void setImplied(Frame here, PathBytes name) throws IOException {
        here.directory.setOwner(name, 0, 0);
        here.directory.setPermissions(name, 0755);
    }

    /** Makes a directory where something else is, or nothing. One that stands on a whiteout hides what that hid. */
    private void replaceByDirectory(Frame here, PathBytes name, Optional<FileStatus> status) throws IOException {
        boolean whiteout =
                mode.isOverlay() && status.isPresent() && status.get().isOverlayWhiteout();
        if (status.isPresent()) {
            here.directory.unlink(name);
        }
        here.directory.makeDirectory(name, 0700);
        if (whiteout) {
            makeOpaque(here, name);
        }
    }

    /** Makes the directory of an entry, unless it is there; true if it was. */
    boolean makeDirectory(Frame here, PathBytes name) throws IOException {
        PathBytes real = here.path.resolve(name);
        change(here);
        implied.remove(real);
        Optional<FileStatus> status = here.directory.statusIfPresent(name);
        if (status.isPresent() && status.get().isDirectory()) {
            return true;
        }
        replaceByDirectory(here, name, status);
        return false;
    }

    /** Says that the root is described by the layer itself. */
    void describeRoot() {
        implied.remove(PathBytes.EMPTY);
    }

    void makeOpaque(Frame here, PathBytes name) throws IOException {
        here.directory.xattrs(name).set(mode.opaqueXattr(), new byte[] {'y'});
        try (Directory directory = here.directory.openDirectory(name)) {
            dropWhiteouts(directory);
        }
    }

    /** overlayfs lists the whiteouts of a directory that it merges with nothing, as names of which nothing is. */
    private static void dropWhiteouts(Directory directory) throws IOException {
        for (Directory.Entry entry : directory.list()) {
            FileStatus status = directory.status(entry.name());
            if (status.isOverlayWhiteout()) {
                directory.unlink(entry.name());
            } else if (status.isDirectory()) {
                try (Directory below = directory.openDirectoryNoFollow(entry.name())) {
                    dropWhiteouts(below);
                }
            }
        }
    }

    /** Whether a mark in the current directory would hide nothing, as the directory or one above it is opaque. */
    boolean isHidden() throws IOException {
        for (Frame frame : frames) {
            if (frame.directory.xattrs(PathBytes.EMPTY).get(mode.opaqueXattr()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Takes away whatever stands where an entry is to be put. */
    void clear(Frame here, PathBytes name) throws IOException {
        Optional<FileStatus> status = here.directory.statusIfPresent(name);
        if (status.isEmpty()) {
            return;
        }
        if (!status.get().isDirectory()) {
            here.directory.unlink(name);
            return;
        }
        PathBytes real = here.path.resolve(name);
        here.directory.removeTree(name);
        times.keySet().removeIf(path -> path.startsWith(real));
        implied.removeIf(path -> path.startsWith(real));
    }

    /** Takes away what is there of lower layers, and leaves what this layer has put there. */
    void removeLower(Frame here, PathBytes name) throws IOException {
        change(here);
        removeLower(here.directory, here.path.resolve(name), name);
    }

    private void removeLower(Directory parent, PathBytes real, PathBytes name) throws IOException {
        Optional<FileStatus> status = parent.statusIfPresent(name);
        if (status.isEmpty() || reserved.covers(real)) {
            return;
        }
        boolean own = written.contains(real) || reserved.isAbove(real);
        if (!status.get().isDirectory()) {
            if (!own) {
                parent.unlink(name);
            }
            return;
        }
        if (!own && !ancestors.contains(real)) {
            parent.removeTree(name);
            return;
        }
        try (Directory directory = parent.openDirectoryNoFollow(name)) {
            removeLowerIn(directory, real);
        }
        if (!own) {
            parent.setOwner(name, 0, 0);
            parent.setPermissions(name, 0755);
            times.put(real, Instant.EPOCH);
        }
    }

    /** Empties a directory but for what this layer has put there. */
    void removeLowerIn(Directory directory, PathBytes real) throws IOException {
        for (Directory.Entry entry : directory.list()) {
            removeLower(directory, real.resolve(entry.name()), entry.name());
        }
    }

    /** To be called before anything in a directory is made or removed: its time is put back in the end. */
    void change(Frame here) throws IOException {
        if (here.changing) {
            return;
        }
        if (!times.containsKey(here.path)) {
            FileStatus status = here.directory.status();
            times.put(here.path, Instant.ofEpochSecond(status.mtimeSeconds(), status.mtimeNanos()));
        }
        for (int i = frames.size() - 1; i >= 0 && !frames.get(i).changing; i--) {
            ancestors.add(frames.get(i).path);
            frames.get(i).changing = frames.get(i) == here;
        }
    }

    /** Remembers that this layer put something there. */
    void wrote(PathBytes real) {
        written.add(real);
    }

    /** The time that a directory is to have when everything is in place. */
    void setTimeLater(PathBytes real, Instant time) {
        times.put(real, time);
    }

    List<PathBytes> impliedDirectories() {
        return List.copyOf(implied);
    }

    void setTimes() throws IOException {
        leaveTo(1);
        Directory root = top().directory;
        for (Map.Entry<PathBytes, Instant> entry : times.entrySet()) {
            try {
                root.setModified(
                        entry.getKey(),
                        entry.getValue().getEpochSecond(),
                        entry.getValue().getNano());
            } catch (PosixException e) {
                // A directory of a lower layer whose time was to be put back, and that a later whiteout removed.
                if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
                    throw e;
                }
            }
        }
    }

    private Frame top() {
        return frames.getLast();
    }

    private void leaveTo(int depth) {
        while (frames.size() > depth) {
            frames.removeLast().directory.close();
        }
    }

    @Override
    public void close() {
        leaveTo(0);
    }
}
