package dev.slipway.rootfs.scan;

import static java.util.Objects.requireNonNull;

import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a layer of an overlay's upper directory, by the same rule as a scan. The upper holds more than what changed:
 * parents and files that the kernel only copied up. And it says that a directory hides the lower one by an attribute,
 * where a layer names each thing that is gone, so that both kinds of root filesystem give the same layer.
 *
 * <p>While it looks it brings the directory into that form, too: files that are in no layer are taken away, opaque
 * directories become such with a whiteout for each name that is gone. Then the directory is exactly what the layer, once
 * extracted, would be, save for the attributes of the directories that the layer says nothing of.
 */
public final class UpperSift {
    private final Directory upper;
    private final Directory lower;
    private final String opaqueXattr;
    private final Excluded excluded;
    private final Set<PathBytes> written;
    private final List<Change> changes = new ArrayList<>();
    private final List<PathBytes> implied = new ArrayList<>();
    private final Map<Long, List<PathBytes>> unchangedNames = new HashMap<>();
    private final List<PathBytes> leftovers = new ArrayList<>();
    private final Set<Long> changedInodes = new HashSet<>();
    private boolean holdsExcluded;

    private final Map<PathBytes, FileStatus> disturbed = new HashMap<>();

    /**
     * What came out.
     *
     * @param changes the layer, in no order; all names of a changed file are among them
     * @param impliedDirectories directories that are there and that the layer says nothing of
     * @param holdsExcluded whether the directory holds paths that are kept out of layers, and so isn't what the layer is
     */
    public record Result(List<Change> changes, List<PathBytes> impliedDirectories, boolean holdsExcluded) {
        public Result {
            changes = List.copyOf(changes);
            impliedDirectories = List.copyOf(impliedDirectories);
        }
    }

    /**
     * @param upper an upper directory that isn't mounted any more
     * @param lower what it lay above, merged
     * @param opaqueXattr the attribute that marks directories that hide lower ones
     * @param written paths that enter the layer whether they came out as they were or not
     */
    public UpperSift(Directory upper, Directory lower, String opaqueXattr, Excluded excluded, Set<PathBytes> written) {
        this.upper = requireNonNull(upper, "upper is null");
        this.lower = requireNonNull(lower, "lower is null");
        this.opaqueXattr = requireNonNull(opaqueXattr, "opaqueXattr is null");
        this.excluded = requireNonNull(excluded, "excluded is null");
        this.written = Set.copyOf(written);
    }

    public Result sift() throws IOException {
        FileStatus now = upper.status();
        if (written.contains(PathBytes.EMPTY) || isRootChanged(now)) {
            changes.add(new Change(PathBytes.EMPTY, false));
        } else {
            implied.add(PathBytes.EMPTY);
        }
        directory(upper, lower, PathBytes.EMPTY, now, false);
        for (Map.Entry<Long, List<PathBytes>> names : unchangedNames.entrySet()) {
            // A file that enters a layer does so under all of its names, so that they are still one file there.
            if (changedInodes.contains(names.getKey())) {
                names.getValue().forEach(name -> changes.add(new Change(name, false)));
            } else {
                leftovers.addAll(names.getValue());
            }
        }
        for (PathBytes leftover : leftovers) {
            noteDisturbed(leftover.parent());
            upper.unlink(leftover);
        }
        for (Map.Entry<PathBytes, FileStatus> directory : disturbed.entrySet()) {
            FileStatus before = directory.getValue();
            upper.setModified(directory.getKey(), before.mtimeSeconds(), before.mtimeNanos());
        }
        return new Result(changes, implied, holdsExcluded);
    }

    private void noteDisturbed(PathBytes directory) throws IOException {
        if (!disturbed.containsKey(directory)) {
            disturbed.put(directory, directory.isEmpty() ? upper.status() : upper.status(directory));
        }
    }

    private boolean isRootChanged(FileStatus now) throws IOException {
        return !Comparison.isSameRoot(lower.status(), now)
                || !LayerXattrs.recorded(upper.xattrs(PathBytes.EMPTY))
                        .equals(LayerXattrs.recorded(lower.xattrs(PathBytes.EMPTY)));
    }

    private void directory(
            Directory here, @Nullable Directory below, PathBytes path, FileStatus own, boolean hidesLower)
            throws IOException {
        Set<PathBytes> names = new HashSet<>();
        for (Directory.Entry entry : here.list()) {
            PathBytes name = entry.name();
            names.add(name);
            if (excluded.holds(path.resolve(name))) {
                holdsExcluded = true;
                continue;
            }
            FileStatus status = here.status(name);
            Optional<FileStatus> old = below == null
                    ? Optional.empty()
                    : below.statusIfPresent(name).filter(found -> found.type() != FileType.SOCKET);
            if (status.isOverlayWhiteout()) {
                gone(here, path.resolve(name), own, old.isPresent());
            } else if (status.type() == FileType.SOCKET) {
                // A layer can't hold it, so for the layer it hides what was there.
                socket(here, path.resolve(name), own, old.isPresent());
            } else if (status.isDirectory()) {
                subdirectory(here, below, path.resolve(name), status, old, hidesLower);
            } else {
                file(here, below, path.resolve(name), status, old);
            }
        }
        if (hidesLower && below != null) {
            for (Directory.Entry entry : below.list()) {
                PathBytes gone = path.resolve(entry.name());
                if (!names.contains(entry.name()) && !excluded.holds(gone)) {
                    disturbed.putIfAbsent(path, own);
                    here.makeNode(entry.name(), FileType.CHARACTER_DEVICE, 0, 0, 0);
                    changes.add(new Change(gone, true));
                }
            }
        }
    }

    private void gone(Directory here, PathBytes path, FileStatus parent, boolean wasThere) throws IOException {
        if (wasThere) {
            changes.add(new Change(path, true));
        } else {
            disturbed.putIfAbsent(path.parent(), parent);
            here.unlink(path.name());
        }
    }

    private void socket(Directory here, PathBytes path, FileStatus parent, boolean wasThere) throws IOException {
        disturbed.putIfAbsent(path.parent(), parent);
        here.unlink(path.name());
        if (wasThere) {
            here.makeNode(path.name(), FileType.CHARACTER_DEVICE, 0, 0, 0);
            changes.add(new Change(path, true));
        }
    }

    private void file(
            Directory here, @Nullable Directory below, PathBytes path, FileStatus status, Optional<FileStatus> old)
            throws IOException {
        boolean changed = written.contains(path)
                || below == null
                || old.isEmpty()
                || !Comparison.isSame(old.get(), status)
                || Contents.differ(here, below, path.name(), status);
        if (changed) {
            changes.add(new Change(path, false));
            if (status.links() > 1) {
                changedInodes.add(status.inode());
            }
        } else if (status.links() > 1) {
            unchangedNames
                    .computeIfAbsent(status.inode(), inode -> new ArrayList<>())
                    .add(path);
        } else {
            leftovers.add(path);
        }
    }

    private void subdirectory(
            Directory here,
            @Nullable Directory below,
            PathBytes path,
            FileStatus status,
            Optional<FileStatus> old,
            boolean parentHidesLower)
            throws IOException {
        PathBytes name = path.name();
        boolean wasDirectory =
                below != null && old.filter(FileStatus::isDirectory).isPresent();
        boolean changed = written.contains(path)
                || below == null
                || old.isEmpty()
                || !wasDirectory
                || !Comparison.isSame(old.get(), status)
                || Contents.differ(here, below, name, status);
        if (changed) {
            changes.add(new Change(path, false));
        } else {
            implied.add(path);
        }
        boolean isOpaque = here.xattrs(name).get(opaqueXattr).isPresent();
        try (Directory inside = here.openDirectoryNoFollow(name);
                Directory lowerInside = wasDirectory && below != null ? below.openDirectoryNoFollow(name) : null) {
            directory(inside, lowerInside, path, status, isOpaque || parentHidesLower);
        }
        if (isOpaque) {
            here.xattrs(name).remove(opaqueXattr);
        }
    }
}
