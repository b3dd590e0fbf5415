package dev.slipway.rootfs;

import dev.slipway.layer.Reserved;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What stays where it is when the executor's own root becomes a stage's: mount points, and what the build needs. The
 * directories that lead there stay, too, and count as nothing until a layer or a step makes them (DESIGN 3.1).
 */
final class KeptPaths implements Reserved, DirectoryTree.Kept {
    private static final List<String> OF_AN_IMAGE = List.of("bin", "sbin", "lib", "lib64", "usr", "etc");
    /** A Docker Engine makes this link to {@code /proc/mounts} in each container. */
    private static final PathBytes MOUNT_TABLE = PathBytes.of("etc/mtab");

    private final Directory root;
    private final Consumer<String> warnings;
    private final TreeSet<PathBytes> paths = new TreeSet<>();
    private final Set<PathBytes> above = new TreeSet<>();
    private final Set<PathBytes> stubs = new TreeSet<>();
    private final List<Move> moves = new ArrayList<>();

    /** What was moved because an image has a link where it was. */
    private record Move(PathBytes from, PathBytes to) {}

    KeptPaths(Directory root, Collection<PathBytes> kept, Consumer<String> warnings) {
        this.root = root;
        this.warnings = warnings;
        for (PathBytes path : new TreeSet<>(kept)) {
            if (!covers(path)) {
                paths.add(path);
            }
        }
        noteAbove();
    }

    private void noteAbove() {
        above.clear();
        for (PathBytes path : paths) {
            for (PathBytes parent = path.parent(); !parent.isEmpty(); parent = parent.parent()) {
                above.add(parent);
            }
        }
    }

    /** The topmost of them. */
    Set<PathBytes> paths() {
        return Set.copyOf(paths);
    }

    /** Where something that is kept lies by now. */
    PathBytes placeOf(PathBytes path) {
        PathBytes place = path;
        for (Move move : moves) {
            if (place.startsWith(move.from())) {
                place = move.to().resolve(place.below(move.from()));
            }
        }
        return place;
    }

    /** Says that nothing but what is kept is there any more, so that what leads there belongs to nobody. */
    void emptied() {
        stubs.clear();
        stubs.addAll(above);
    }

    /** Whether a directory is there only because something below it is kept. */
    @Override
    public boolean isStub(PathBytes path) {
        return stubs.contains(path);
    }

    @Override
    public boolean covers(PathBytes path) {
        for (PathBytes up = path; !up.isEmpty(); up = up.parent()) {
            if (paths.contains(up)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isAbove(PathBytes path) {
        return above.contains(path);
    }

    @Override
    public void made(PathBytes path) {
        for (PathBytes up = path; !up.isEmpty() && !stubs.isEmpty(); up = up.parent()) {
            stubs.remove(up);
        }
    }

    @Override
    public boolean makeWay(PathBytes path, byte[] linkTarget) throws IOException {
        if (linkTarget.length > 0 && moveInto(path, target(path, linkTarget))) {
            return true;
        }
        warnings.accept("the image has a %s at \"/%s\", below which something is mounted here: the mount stays"
                .formatted(linkTarget.length > 0 ? "link" : "file", path));
        return false;
    }

    /** Where a link leads if nothing on the way is a link itself. */
    private static PathBytes target(PathBytes path, byte[] link) {
        PathBytes here = link[0] == '/' ? PathBytes.EMPTY : path.parent();
        for (PathBytes name : PathBytes.of(link).components()) {
            if (!name.endsInDots()) {
                here = here.resolve(name);
            } else if (name.length() == 2) {
                here = here.parent();
            }
        }
        return here;
    }

    /** A directory that holds mount points can be renamed, and they go with it; a mount point itself can't. */
    private boolean moveInto(PathBytes path, PathBytes target) throws IOException {
        if (target.startsWith(path) || covers(target)) {
            return false;
        }
        removeAround(path);
        List<PathBytes> children;
        try (Directory directory = root.openDirectoryNoFollow(path)) {
            children = directory.list().stream().map(Directory.Entry::name).toList();
        }
        for (PathBytes child : children) {
            if (paths.contains(path.resolve(child))
                    || root.statusIfPresent(target.resolve(child)).isPresent()) {
                return false;
            }
        }
        makeDirectories(target);
        for (PathBytes child : children) {
            try {
                root.rename(path.resolve(child), root, target.resolve(child));
            } catch (PosixException e) {
                // EXDEV where the directory is the container image's own, EBUSY where it is a mount that we don't see.
                return false;
            }
            moved(path.resolve(child), target.resolve(child));
        }
        root.removeDirectory(path);
        return true;
    }

    private void makeDirectories(PathBytes path) throws IOException {
        PathBytes here = PathBytes.EMPTY;
        for (PathBytes name : path.components()) {
            here = here.resolve(name);
            if (root.statusIfPresent(here).isEmpty()) {
                root.makeDirectory(here, 0755);
                stubs.add(here);
            }
        }
    }

    private void moved(PathBytes from, PathBytes to) {
        moves.add(new Move(from, to));
        List<PathBytes> inside =
                paths.stream().filter(path -> path.startsWith(from)).toList();
        for (PathBytes path : inside) {
            paths.remove(path);
            paths.add(to.resolve(path.below(from)));
        }
        Set<PathBytes> before = new TreeSet<>(above);
        noteAbove();
        stubs.removeIf(path -> !above.contains(path));
        above.stream()
                .filter(path -> !before.contains(path) && path.startsWith(to))
                .forEach(stubs::add);
    }

    /** Removes what is at a path, and of a directory that leads to a kept path everything else. */
    void removeAround(PathBytes path) throws IOException {
        if (covers(path)) {
            return;
        }
        if (!path.isEmpty() && !isAbove(path)) {
            root.removeTree(path);
            return;
        }
        Optional<FileStatus> status = path.isEmpty() ? Optional.of(root.status()) : root.statusIfPresent(path);
        if (status.filter(FileStatus::isDirectory).isEmpty()) {
            if (status.isPresent()) {
                root.unlink(path);
            }
            return;
        }
        List<Directory.Entry> entries;
        try (Directory directory = root.openDirectory(path)) {
            entries = directory.list();
        }
        for (Directory.Entry entry : entries) {
            removeAround(path.resolve(entry.name()));
        }
    }

    /** A few files of an image that isn't ours: there are some where such images have their programs and settings. */
    List<PathBytes> strangers(int most) throws IOException {
        List<PathBytes> found = new ArrayList<>();
        for (String directory : OF_AN_IMAGE) {
            PathBytes path = PathBytes.of(directory);
            if (!covers(path)
                    && root.statusIfPresent(path)
                            .filter(FileStatus::isDirectory)
                            .isPresent()) {
                collect(path, found, most);
            }
        }
        return found;
    }

    private void collect(PathBytes path, List<PathBytes> found, int most) throws IOException {
        List<Directory.Entry> entries;
        try (Directory directory = root.openDirectory(path)) {
            entries = directory.list();
        }
        for (Directory.Entry entry : entries) {
            PathBytes child = path.resolve(entry.name());
            if (found.size() >= most) {
                return;
            }
            if (covers(child)) {
                continue;
            }
            FileType type = root.status(child).type();
            if (type == FileType.DIRECTORY) {
                collect(child, found, most);
            } else if (type != FileType.SYMLINK || !child.equals(MOUNT_TABLE)) {
                found.add(child);
            }
        }
    }
}
