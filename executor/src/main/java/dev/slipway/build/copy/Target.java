package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.Attributes;
import dev.slipway.rootfs.FileTree;
import dev.slipway.rootfs.MutableTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tree that a COPY writes to. It remembers which paths were written, for the layer, and gives directories that were
 * there before their times back, so that a COPY changes nothing but what it names.
 */
public final class Target {
    private final MutableTree tree;
    private final SortedSet<PathBytes> written = new TreeSet<>();
    private final Map<PathBytes, FileStatus> disturbed = new HashMap<>();

    public Target(MutableTree tree) {
        this.tree = tree;
    }

    MutableTree tree() {
        return tree;
    }

    /** The paths that are new or changed. */
    public SortedSet<PathBytes> written() {
        return new TreeSet<>(written);
    }

    /** Puts the times of directories back that only got another entry. */
    public void close() throws IOException {
        for (Map.Entry<PathBytes, FileStatus> entry : disturbed.entrySet()) {
            FileStatus before = entry.getValue();
            Optional<FileStatus> now = tree.status(entry.getKey());
            if (now.isPresent() && now.get().type() == FileType.DIRECTORY) {
                tree.setAttributes(entry.getKey(), timed(now.get(), before));
            }
        }
        disturbed.clear();
    }

    /** Makes a directory and its parents where they are missing. The path has no links. */
    public void makeDirectories(PathBytes path, CopyRules rules) throws IOException, CopyException {
        PathBytes current = PathBytes.EMPTY;
        for (PathBytes component : path.components()) {
            current = current.resolve(component);
            Optional<FileStatus> there = tree.status(current);
            if (there.isEmpty()) {
                makeDirectory(current, inherited(rules, tree.status(current.parent())));
                disturbed.put(current, tree.status(current).orElseThrow());
            } else if (there.get().type() != FileType.DIRECTORY) {
                throw new CopyException(
                        FailureClass.BUILD,
                        "\"/%s\" needs to be a directory, but it is a %s; remove it first, or name another destination"
                                .formatted(current, TreeCopy.word(there.get().type())));
            }
        }
    }

    /** As mkdir(2) makes one: below a directory with the setgid bit it has that one's group, and the bit itself. */
    private static Attributes inherited(CopyRules rules, Optional<FileStatus> parent) {
        boolean inherits = parent.isPresent() && (parent.get().permissions() & Attributes.SET_GROUP_ID) != 0;
        Owner owner = rules.parentOwner();
        return new Attributes(
                rules.parentPermissions() | (inherits ? Attributes.SET_GROUP_ID : 0),
                owner.uid(),
                inherits && rules.owner().isEmpty() ? parent.get().gid() : owner.gid(),
                rules.created().getEpochSecond(),
                rules.created().getNano(),
                Optional.empty());
    }

    void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        touch(path);
        tree.makeDirectory(path, attributes);
    }

    void finishDirectory(PathBytes path, Attributes attributes) throws IOException {
        written.add(path);
        disturbed.remove(path);
        tree.setAttributes(path, attributes);
    }

    void setTime(PathBytes path, FileStatus source) throws IOException {
        disturbed.remove(path);
        tree.setAttributes(path, timed(tree.status(path).orElseThrow(), source));
    }

    void setPermissions(PathBytes path, int permissions) throws IOException {
        FileStatus now = tree.status(path).orElseThrow();
        if (now.permissions() != permissions) {
            written.add(path);
            tree.setAttributes(path, Attributes.of(now).withPermissions(permissions));
        }
    }

    /** Takes away what a file is to replace; a directory is not replaced. */
    void clear(PathBytes path, PathBytes from) throws IOException, CopyException {
        Optional<FileStatus> there = tree.status(path);
        if (TreePaths.isDirectory(there)) {
            throw new CopyException(
                    FailureClass.BUILD,
                    "can't copy the file \"/%s\" onto the directory \"/%s\"; remove it first, or name another destination"
                            .formatted(from, path));
        }
        if (there.isPresent()) {
            touch(path);
            tree.remove(path);
        }
    }

    /** Takes away whatever is at the path, a directory with all that is in it. */
    void removeAll(PathBytes path) throws IOException {
        if (tree.status(path).isPresent()) {
            touch(path);
            written.removeIf(other -> other.startsWith(path) && !other.equals(path));
            tree.remove(path);
        }
    }

    void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        touch(path);
        tree.copyFile(path, attributes, source, from);
    }

    void writeEmptyFile(PathBytes path, Attributes attributes) throws IOException {
        touch(path);
        tree.writeFile(path, attributes, InputStream.nullInputStream());
    }

    void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        touch(path);
        tree.writeFile(path, attributes, content);
    }

    void symlink(PathBytes path, Attributes attributes, byte[] to) throws IOException {
        touch(path);
        tree.symlink(path, attributes, to);
    }

    void hardLink(PathBytes path, PathBytes existing) throws IOException {
        touch(path);
        written.add(existing);
        tree.hardLink(path, existing);
    }

    void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor) throws IOException {
        touch(path);
        tree.makeNode(path, attributes, type, major, minor);
    }

    private void touch(PathBytes path) throws IOException {
        written.add(path);
        PathBytes parent = path.parent();
        if (!written.contains(parent) && !disturbed.containsKey(parent)) {
            Optional<FileStatus> before = tree.status(parent);
            if (before.isPresent()) {
                disturbed.put(parent, before.get());
            }
        }
    }

    private static Attributes timed(FileStatus kept, FileStatus time) {
        return Attributes.of(kept).withTime(time.mtimeSeconds(), time.mtimeNanos());
    }
}
