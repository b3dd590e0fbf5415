package dev.slipway.rootfs;

import dev.slipway.archive.tar.Xattrs;
import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerException;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import dev.slipway.rootfs.scan.Change;
import dev.slipway.rootfs.scan.EntriesElsewhere;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tree made of the headers of layers, and of what is added to it: nothing is extracted and nothing is written to disk
 * but bytes that come as a stream, so that any user may build an image whose files belong to anybody (DESIGN 3.4).
 *
 * <p>The layers are read when the tree is first looked into.
 */
final class LayeredTree implements MutableTree, AutoCloseable {
    private final List<ImageLayer> base;
    private final Directory scratch;
    private final List<LayerFiles> files = new ArrayList<>();
    private @Nullable MemoryTree tree;
    private long spooled;

    /** @param scratch a directory of this tree's own */
    LayeredTree(List<ImageLayer> base, Directory scratch) {
        this.base = List.copyOf(base);
        this.scratch = scratch;
    }

    private synchronized MemoryTree tree() throws IOException {
        MemoryTree loaded = tree;
        if (loaded == null) {
            loaded = load();
            tree = loaded;
        }
        return loaded;
    }

    private MemoryTree load() throws IOException {
        while (true) {
            try {
                return merged();
            } catch (LayerException e) {
                if (!ImageLayer.isRestored(e, base)) {
                    throw e;
                }
            }
        }
    }

    private MemoryTree merged() throws IOException {
        MemoryTree merged = new MemoryTree();
        LayerMerge merge = new LayerMerge(merged);
        files.clear();
        for (int i = 0; i < base.size(); i++) {
            LayerFiles contents = new LayerFiles(base.get(i), scratch, PathBytes.of("layer-" + i));
            merge.apply(i + 1, contents);
            files.add(contents);
        }
        return merged;
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        return tree().find(path).map(TreeNode::status);
    }

    @Override
    public List<PathBytes> list(PathBytes directory) throws IOException {
        TreeNode node = tree().require(directory);
        if (!node.isDirectory()) {
            throw new PosixException("getdents64", directory.toString(), Errno.ENOTDIR);
        }
        return List.copyOf(node.children().keySet());
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        FileContent content = tree().require(file).content();
        if (content == null) {
            throw new PosixException("open", file.toString(), Errno.EINVAL);
        }
        return new SourceStream(content.open());
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        TreeNode node = tree().require(link);
        if (node.type() != FileType.SYMLINK) {
            throw new PosixException("readlink", link.toString(), Errno.EINVAL);
        }
        return node.target().clone();
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) throws IOException {
        return tree().require(file).attributes().xattrs().value(LayerXattrs.CAPABILITY);
    }

    @Override
    public void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        add(
                path,
                TreeNode.directory(
                        tree().nextInode(),
                        TreeNode.OWN_LAYER,
                        TreeNode.entryAttributes(attributes, Xattrs.NONE, false)));
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        FileStatus status =
                source.status(from).orElseThrow(() -> new PosixException("open", from.toString(), Errno.ENOENT));
        addFile(
                path,
                attributes,
                status.sizeBytes(),
                DirectoryTree.contentOf(source, from)
                        .orElseGet(() -> FileContent.of(status.sizeBytes(), () -> source.openRead(from))));
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        PathBytes name = PathBytes.of("written-" + spooled++);
        long size;
        try (OpenFile file = scratch.createFile(name, 0600)) {
            size = content.transferTo(file.out());
        }
        addFile(path, attributes, size, FileContent.of(scratch, name));
    }

    private void addFile(PathBytes path, Attributes attributes, long size, FileContent content) throws IOException {
        add(
                path,
                TreeNode.file(
                        tree().nextInode(),
                        TreeNode.OWN_LAYER,
                        TreeNode.entryAttributes(attributes, Xattrs.NONE, true),
                        size,
                        content));
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        // What every file system says of a link's permissions.
        Attributes linked = attributes.withPermissions(0777);
        add(
                path,
                TreeNode.symlink(
                        tree().nextInode(),
                        TreeNode.OWN_LAYER,
                        TreeNode.entryAttributes(linked, Xattrs.NONE, false),
                        target.clone()));
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        TreeNode node = tree().require(existing);
        if (node.isDirectory()) {
            throw new PosixException("linkat", existing.toString(), Errno.EPERM);
        }
        add(path, node);
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        add(
                path,
                TreeNode.node(
                        tree().nextInode(),
                        TreeNode.OWN_LAYER,
                        TreeNode.entryAttributes(attributes, Xattrs.NONE, false),
                        type,
                        major,
                        minor));
    }

    private void add(PathBytes path, TreeNode node) throws IOException {
        TreeNode parent = tree().requireDirectory(path.parent());
        if (parent.children().containsKey(path.name())) {
            throw new PosixException("create", path.toString(), Errno.EEXIST);
        }
        tree().put(parent, path.name(), node);
    }

    @Override
    public void remove(PathBytes path) throws IOException {
        tree().remove(tree().requireDirectory(path.parent()), path.name());
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) throws IOException {
        TreeNode node = tree().require(path);
        Attributes set = node.type() == FileType.SYMLINK ? attributes.withPermissions(0777) : attributes;
        node.attributes(TreeNode.entryAttributes(set, node.attributes().xattrs(), node.type() == FileType.REGULAR));
    }

    /** The entries of a layer with these changes. */
    LayerContent content(List<Change> changes) {
        List<Change> sorted = changes.stream().sorted().toList();
        return sink -> {
            EntriesElsewhere.Reading reading = read();
            for (Change change : sorted) {
                sink.accept(change.isRemoval() ? new LayerEntry.Whiteout(change.path()) : reading.entry(change.path()));
            }
        };
    }

    /** Begins the entries of one layer. */
    EntriesElsewhere.Reading read() {
        Map<TreeNode, PathBytes> firstNames = new HashMap<>();
        return path -> entry(path, tree().require(path), firstNames);
    }

    private static LayerEntry entry(PathBytes path, TreeNode node, Map<TreeNode, PathBytes> firstNames) {
        PathBytes first = node.isDirectory() ? null : firstNames.putIfAbsent(node, path);
        if (first != null) {
            return new LayerEntry.HardLink(path, node.attributes(), first);
        }
        return switch (node.type()) {
            case REGULAR -> {
                FileContent content = node.content();
                if (content == null) {
                    throw new IllegalStateException("a file without content: \"" + path + "\"");
                }
                yield new LayerEntry.File(path, node.attributes(), node.sizeBytes(), content);
            }
            case DIRECTORY -> new LayerEntry.Directory(path, node.attributes());
            case SYMLINK -> new LayerEntry.Symlink(path, node.attributes(), node.target());
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                new LayerEntry.Device(
                        path, node.attributes(), node.type() == FileType.BLOCK_DEVICE, node.major(), node.minor());
            case FIFO -> new LayerEntry.Fifo(path, node.attributes());
            case SOCKET -> throw new IllegalStateException("a layer can't hold the socket \"" + path + "\"");
        };
    }

    @Override
    public void close() throws IOException {
        for (LayerFiles contents : files) {
            contents.close();
        }
    }

    /** A content's source as the stream that COPY reads. */
    private static final class SourceStream extends BlockInputStream {
        private final FileContent.Source source;

        SourceStream(FileContent.Source source) {
            this.source = source;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return source.read(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
