package dev.slipway.rootfs;

import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import dev.slipway.rootfs.scan.EntriesElsewhere;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The executor's own root as an image has it: at the places that every container has covered ({@code /proc}, {@code
 * /etc/hosts}, ...) is what the layers have there and what is copied there. Commands see what covers it, as they do where
 * the kinds of root filesystems with mounts cover it for them.
 */
final class UncoveredTree implements MutableTree, EntriesElsewhere, AutoCloseable {
    private static final int PARENT_PERMISSIONS = 0755;
    private static final List<PathBytes> COVERED = List.of(
            PathBytes.of("proc"),
            PathBytes.of("sys"),
            PathBytes.of("dev"),
            PathBytes.of("etc/hosts"),
            PathBytes.of("etc/hostname"),
            PathBytes.of("etc/resolv.conf"));

    private final DirectoryTree root;
    private final LayeredTree covered;
    private final DirectoryTree.Kept kept;

    /**
     * @param root the tree on disk
     * @param covered the layers that it was made of
     * @param kept what of the tree on disk is not the image's; a place that isn't kept here is on disk as any other
     */
    UncoveredTree(DirectoryTree root, LayeredTree covered, DirectoryTree.Kept kept) {
        this.root = root;
        this.covered = covered;
        this.kept = kept;
    }

    private MutableTree at(PathBytes path) {
        return holds(path) ? covered : root;
    }

    /** Where something is to be made: the layers may not have the directories that are there by now. */
    private MutableTree into(PathBytes path) throws IOException {
        if (!holds(path)) {
            return root;
        }
        PathBytes here = PathBytes.EMPTY;
        for (PathBytes name : path.parent().components()) {
            here = here.resolve(name);
            if (!holds(here) && covered.status(here).isEmpty()) {
                covered.makeDirectory(here, new Attributes(PARENT_PERMISSIONS, 0, 0, 0, 0, Optional.empty()));
            }
        }
        return covered;
    }

    @Override
    public boolean holds(PathBytes path) {
        return kept.covers(path) && COVERED.stream().anyMatch(path::startsWith);
    }

    @Override
    public Reading read() {
        return covered.read();
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        return at(path).status(path);
    }

    @Override
    public List<PathBytes> list(PathBytes directory) throws IOException {
        return at(directory).list(directory);
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        return at(file).openRead(file);
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        return at(link).readLink(link);
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) throws IOException {
        return at(file).capability(file);
    }

    @Override
    public void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        into(path).makeDirectory(path, attributes);
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        into(path).copyFile(path, attributes, source, from);
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        into(path).writeFile(path, attributes, content);
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        into(path).symlink(path, attributes, target);
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        MutableTree target = into(path);
        if (target == at(existing)) {
            target.hardLink(path, existing);
            return;
        }
        FileStatus status = at(existing)
                .status(existing)
                .orElseThrow(() -> new PosixException("link", existing.toString(), Errno.ENOENT));
        target.copyFile(path, Attributes.of(status), at(existing), existing);
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        into(path).makeNode(path, attributes, type, major, minor);
    }

    @Override
    public void remove(PathBytes path) throws IOException {
        at(path).remove(path);
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) throws IOException {
        at(path).setAttributes(path, attributes);
    }

    @Override
    public void close() throws IOException {
        covered.close();
    }
}
