package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.Attributes;
import dev.slipway.rootfs.FileTree;
import dev.slipway.rootfs.MutableTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A tree in memory that shows itself in one line a path, for tests of what COPY does to trees. */
final class MemoryTree implements MutableTree {
    private final Map<PathBytes, Node> nodes = new TreeMap<>();
    private long inodes;

    private static final class Node {
        private final long inode;
        private final FileType type;
        private byte[] content;
        private Attributes attributes;

        Node(long inode, FileType type, byte[] content, Attributes attributes) {
            this.inode = inode;
            this.type = type;
            this.content = content;
            this.attributes = attributes;
        }
    }

    MemoryTree() {
        add(PathBytes.EMPTY, FileType.DIRECTORY, new byte[0], attributes(0755, 0, 0));
    }

    MemoryTree directory(String path, int permissions, int uid, int gid) {
        add(PathBytes.of(path), FileType.DIRECTORY, new byte[0], attributes(permissions, uid, gid));
        return this;
    }

    MemoryTree directory(String path) {
        return directory(path, 0755, 0, 0);
    }

    MemoryTree file(String path, String content) {
        return file(path, content, 0644, 0, 0);
    }

    MemoryTree file(String path, String content, int permissions, int uid, int gid) {
        add(
                PathBytes.of(path),
                FileType.REGULAR,
                content.getBytes(StandardCharsets.UTF_8),
                attributes(permissions, uid, gid));
        return this;
    }

    MemoryTree link(String path, String target) {
        add(PathBytes.of(path), FileType.SYMLINK, target.getBytes(StandardCharsets.UTF_8), attributes(0777, 0, 0));
        return this;
    }

    MemoryTree socket(String path, int permissions, int uid, int gid) {
        add(PathBytes.of(path), FileType.SOCKET, new byte[0], attributes(permissions, uid, gid));
        return this;
    }

    MemoryTree hardLinked(String path, String existing) throws IOException {
        hardLink(PathBytes.of(path), PathBytes.of(existing));
        return this;
    }

    /** A path in words: {@code file 644 0:0 text}, {@code dir 755 0:0}, {@code link target}, or {@code nothing}. */
    String at(String path) {
        Node node = nodes.get(PathBytes.of(path));
        if (node == null) {
            return "nothing";
        }
        String text = new String(node.content, StandardCharsets.UTF_8);
        String mode = "%o %d:%d".formatted(node.attributes.permissions(), node.attributes.uid(), node.attributes.gid());
        return switch (node.type) {
            case REGULAR -> "file " + mode + " " + text;
            case DIRECTORY -> "dir " + mode;
            case SYMLINK -> "link " + text;
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> node.type.name();
        };
    }

    boolean areOne(String path, String other) {
        return nodes.get(PathBytes.of(path)) == nodes.get(PathBytes.of(other));
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) {
        Node node = nodes.get(path);
        if (node == null) {
            return Optional.empty();
        }
        long links = nodes.values().stream().filter(other -> other == node).count();
        return Optional.of(new FileStatus(
                node.type,
                node.attributes.permissions(),
                node.attributes.uid(),
                node.attributes.gid(),
                node.content.length,
                node.attributes.mtimeSeconds(),
                node.attributes.mtimeNanos(),
                0,
                0,
                node.inode,
                1,
                0,
                0,
                links,
                0,
                0));
    }

    @Override
    public List<PathBytes> list(PathBytes directory) {
        return nodes.keySet().stream()
                .filter(path -> !path.isEmpty() && path.parent().equals(directory))
                .map(PathBytes::name)
                .toList();
    }

    @Override
    public InputStream openRead(PathBytes file) {
        return new ByteArrayInputStream(node(file).content);
    }

    @Override
    public byte[] readLink(PathBytes link) {
        return node(link).content.clone();
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) {
        return node(file).attributes.capability();
    }

    @Override
    public void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        addNew(path, FileType.DIRECTORY, new byte[0], attributes);
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        try (InputStream in = source.openRead(from)) {
            writeFile(path, attributes, in);
        }
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        addNew(path, FileType.REGULAR, content.readAllBytes(), attributes);
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        addNew(path, FileType.SYMLINK, target, attributes);
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        if (nodes.putIfAbsent(path, node(existing)) != null) {
            throw new IOException("\"%s\" is there already".formatted(path));
        }
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        addNew(path, type, new byte[0], attributes);
    }

    @Override
    public void remove(PathBytes path) {
        nodes.keySet().removeIf(other -> other.startsWith(path));
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) {
        node(path).attributes = attributes;
    }

    private Node node(PathBytes path) {
        Node node = nodes.get(path);
        if (node == null) {
            throw new IllegalStateException("\"%s\" is not there".formatted(path));
        }
        return node;
    }

    private void addNew(PathBytes path, FileType type, byte[] content, Attributes attributes) throws IOException {
        if (nodes.containsKey(path) || !nodes.containsKey(path.parent())) {
            throw new IOException("\"%s\" is there already, or has no parent".formatted(path));
        }
        add(path, type, content, attributes);
    }

    private void add(PathBytes path, FileType type, byte[] content, Attributes attributes) {
        nodes.put(path, new Node(++inodes, type, content, attributes));
    }

    private static Attributes attributes(int permissions, int uid, int gid) {
        return new Attributes(permissions, uid, gid, 1_000_000_000, 0, Optional.empty());
    }
}
