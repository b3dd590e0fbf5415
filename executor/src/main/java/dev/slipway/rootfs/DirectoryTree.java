package dev.slipway.rootfs;

import static java.util.Objects.requireNonNull;

import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.ExtendedAttributes;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The tree below a directory on disk: an extracted root filesystem, a mounted overlay, a build context. Every path is
 * resolved by descriptor inside the directory, so that no link leads out of it (DESIGN 3.10).
 */
public final class DirectoryTree implements MutableTree {
    private static final int PRIVATE = 0600;
    private static final int PRIVATE_DIRECTORY = 0700;

    private final Root root;
    private final Kept kept;

    /** Finds the directory anew for each operation: an overlay is mounted and unmounted below its tree. */
    @FunctionalInterface
    interface Root {
        Directory directory() throws IOException;
    }

    /** What of a directory is not the tree's own: only where that is the executor's root. */
    interface Kept {
        Kept NOTHING = new Kept() {
            @Override
            public boolean covers(PathBytes path) {
                return false;
            }

            @Override
            public boolean isAbove(PathBytes path) {
                return false;
            }

            @Override
            public boolean isStub(PathBytes path) {
                return false;
            }

            @Override
            public void made(PathBytes path) {}
        };

        /** Whether a path is not to be touched, or lies below one that isn't. */
        boolean covers(PathBytes path);

        /** Whether a directory can't be removed, because of what is below it. */
        boolean isAbove(PathBytes path);

        /** Whether a directory is there for that reason alone, and counts as nothing. */
        boolean isStub(PathBytes path);

        /** Says that it is the tree's own now. */
        void made(PathBytes path);
    }

    DirectoryTree(Root root) {
        this(root, Kept.NOTHING);
    }

    DirectoryTree(Root root, Kept kept) {
        this.root = requireNonNull(root, "root is null");
        this.kept = requireNonNull(kept, "kept is null");
    }

    /** @throws RootfsException if a path is kept from the tree */
    private void requireOwn(PathBytes path) throws RootfsException {
        if (kept.covers(path)) {
            throw new RootfsException(
                    RootfsException.Kind.ENVIRONMENT,
                    "\"/%s\" can't be written in place: it is a mount of this container, or belongs to the executor or the context; move that elsewhere (--slipway-dir, --context), or use another isolation"
                            .formatted(path));
        }
    }

    /** The tree below a directory that stays open for as long as the tree is used. */
    public static DirectoryTree of(Directory directory) {
        requireNonNull(directory, "directory is null");
        return new DirectoryTree(() -> directory);
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        Directory directory = root.directory();
        if (kept.isStub(path)) {
            return Optional.empty();
        }
        return path.isEmpty() ? Optional.of(directory.status()) : directory.statusIfPresent(path);
    }

    @Override
    public List<PathBytes> list(PathBytes path) throws IOException {
        if (path.isEmpty()) {
            return names(root.directory());
        }
        try (Directory directory = root.directory().openDirectoryNoFollow(path)) {
            return names(directory);
        }
    }

    private static List<PathBytes> names(Directory directory) throws IOException {
        return directory.list().stream().map(Directory.Entry::name).toList();
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        return root.directory().openRead(file).in();
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        return root.directory().readLink(link);
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) throws IOException {
        return root.directory().xattrs(file).get(LayerXattrs.CAPABILITY);
    }

    @Override
    public void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        requireOwn(path);
        if (kept.isStub(path)) {
            kept.made(path);
        } else {
            root.directory().makeDirectory(path, PRIVATE_DIRECTORY);
        }
        apply(path, attributes, FileType.DIRECTORY, true);
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        requireOwn(path);
        Optional<OpenFile> file = onDisk(source, from);
        if (file.isEmpty()) {
            try (InputStream content = source.openRead(from)) {
                writeFile(path, attributes, content);
            }
            return;
        }
        try (OpenFile in = file.get();
                OpenFile out = root.directory().createFile(path, PRIVATE)) {
            in.copyTo(out);
            finish(path, attributes, out);
        } catch (PosixException e) {
            throw explained(path, e);
        }
    }

    /** The file itself where the tree is a directory on disk, so that the kernel can copy or share its blocks. */
    private static Optional<OpenFile> onDisk(FileTree tree, PathBytes path) throws IOException {
        return switch (tree) {
            case DirectoryTree directory ->
                Optional.of(directory.root.directory().openRead(path));
            case JournaledTree journaled -> onDisk(journaled.below(), path);
            default -> Optional.empty();
        };
    }

    /** The content of a file that lies on disk, with its holes; nothing for a file of another tree. */
    static Optional<FileContent> contentOf(FileTree tree, PathBytes path) throws IOException {
        return switch (tree) {
            case DirectoryTree directory -> Optional.of(FileContent.of(directory.root.directory(), path));
            case JournaledTree journaled -> contentOf(journaled.below(), path);
            default -> Optional.empty();
        };
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        requireOwn(path);
        try (OpenFile out = root.directory().createFile(path, PRIVATE)) {
            OutputStream stream = out.out();
            content.transferTo(stream);
            finish(path, attributes, out);
        } catch (PosixException e) {
            throw explained(path, e);
        }
    }

    private void finish(PathBytes path, Attributes attributes, OpenFile out) throws IOException {
        out.setOwner(attributes.uid(), attributes.gid());
        out.setPermissions(attributes.permissions());
        if (attributes.capability().isPresent()) {
            setCapability(path, attributes.capability().get());
        }
        out.setModified(attributes.mtimeSeconds(), attributes.mtimeNanos());
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        requireOwn(path);
        root.directory().makeSymbolicLink(path, target);
        apply(path, attributes, FileType.SYMLINK, true);
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        requireOwn(path);
        root.directory().makeHardLink(existing, path);
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        requireOwn(path);
        try {
            root.directory().makeNode(path, type, PRIVATE, major, minor);
        } catch (PosixException e) {
            throw explained(path, e);
        }
        apply(path, attributes, type, true);
    }

    @Override
    public void remove(PathBytes path) throws IOException {
        requireOwn(path);
        if (kept.isAbove(path)) {
            throw new RootfsException(
                    RootfsException.Kind.ENVIRONMENT,
                    "\"/%s\" can't be replaced in place: below it is a mount of this container, or something that the executor needs"
                            .formatted(path));
        }
        root.directory().removeTree(path);
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) throws IOException {
        requireOwn(path);
        apply(path, attributes, status(path).orElseThrow(() -> gone(path)).type(), false);
    }

    private static PosixException gone(PathBytes path) {
        return new PosixException("statx", path.toString(), Errno.ENOENT);
    }

    /** Owner first, which clears setuid, setgid and the capability; the time last, which everything else moves. */
    private void apply(PathBytes path, Attributes attributes, FileType type, boolean isNew) throws IOException {
        Directory directory = root.directory();
        try {
            directory.setOwner(path, attributes.uid(), attributes.gid());
            if (type != FileType.SYMLINK) {
                directory.setPermissions(path, attributes.permissions());
            }
            if (type == FileType.REGULAR) {
                if (attributes.capability().isPresent()) {
                    setCapability(path, attributes.capability().get());
                } else if (!isNew) {
                    removeCapability(path);
                }
            }
            directory.setModified(path, attributes.mtimeSeconds(), attributes.mtimeNanos());
        } catch (PosixException e) {
            throw explained(path, e);
        }
    }

    private void setCapability(PathBytes path, byte[] value) throws IOException {
        try {
            root.directory().xattrs(path).set(LayerXattrs.CAPABILITY, value);
        } catch (PosixException e) {
            if (e.is(Errno.EPERM)) {
                throw new RootfsException(
                        RootfsException.Kind.ENVIRONMENT,
                        "can't give \"/%s\" its file capabilities: that needs CAP_SETFCAP; add it to the container's securityContext.capabilities"
                                .formatted(path),
                        e);
            }
            if (e.is(Errno.EOPNOTSUPP)) {
                throw new RootfsException(
                        RootfsException.Kind.ENVIRONMENT,
                        "can't give \"/%s\" its file capabilities: the file system of the work directory has no extended attributes; choose another with --slipway-dir"
                                .formatted(path),
                        e);
            }
            throw e;
        }
    }

    private void removeCapability(PathBytes path) throws IOException {
        ExtendedAttributes xattrs = root.directory().xattrs(path);
        if (xattrs.get(LayerXattrs.CAPABILITY).isPresent()) {
            xattrs.remove(LayerXattrs.CAPABILITY);
        }
    }

    private static IOException explained(PathBytes path, PosixException e) {
        String help = switch (e.errno()) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                "no space is left in the work directory: free some, or choose a larger volume with --slipway-dir";
            case Errno.EPERM ->
                "%s is not permitted: it needs a capability that this container lacks (CAP_CHOWN, CAP_FOWNER or CAP_MKNOD)"
                        .formatted(e.call());
            default -> "";
        };
        return help.isEmpty()
                ? e
                : new RootfsException(
                        RootfsException.Kind.ENVIRONMENT, "can't write \"/%s\": %s".formatted(path, help), e);
    }
}
