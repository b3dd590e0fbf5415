package dev.slipway.rootfs;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One inode of a tree that is only in memory. Names of the same file share it. */
final class TreeNode {
    /** The layer of what the stage itself makes, above all that it starts from. */
    static final int OWN_LAYER = Integer.MAX_VALUE;

    private final FileType type;
    private final long inode;
    private final byte[] target;
    private final int major;
    private final int minor;
    private final long sizeBytes;
    private final @Nullable FileContent content;
    private final Map<PathBytes, TreeNode> children = new TreeMap<>();
    private EntryAttributes attributes;
    private int layer;
    private int links;

    private TreeNode(
            FileType type,
            long inode,
            int layer,
            EntryAttributes attributes,
            byte[] target,
            int major,
            int minor,
            long sizeBytes,
            @Nullable FileContent content) {
        this.type = type;
        this.inode = inode;
        this.layer = layer;
        this.attributes = attributes;
        this.target = target;
        this.major = major;
        this.minor = minor;
        this.sizeBytes = sizeBytes;
        this.content = content;
    }

    static TreeNode directory(long inode, int layer, EntryAttributes attributes) {
        return new TreeNode(FileType.DIRECTORY, inode, layer, attributes, new byte[0], 0, 0, 0, null);
    }

    static TreeNode file(long inode, int layer, EntryAttributes attributes, long sizeBytes, FileContent content) {
        return new TreeNode(FileType.REGULAR, inode, layer, attributes, new byte[0], 0, 0, sizeBytes, content);
    }

    static TreeNode symlink(long inode, int layer, EntryAttributes attributes, byte[] target) {
        return new TreeNode(FileType.SYMLINK, inode, layer, attributes, target, 0, 0, target.length, null);
    }

    static TreeNode node(long inode, int layer, EntryAttributes attributes, FileType type, int major, int minor) {
        return new TreeNode(type, inode, layer, attributes, new byte[0], major, minor, 0, null);
    }

    FileType type() {
        return type;
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    Map<PathBytes, TreeNode> children() {
        return children;
    }

    byte[] target() {
        return target;
    }

    @Nullable
    FileContent content() {
        return content;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    int major() {
        return major;
    }

    int minor() {
        return minor;
    }

    int links() {
        return links;
    }

    void linked() {
        links++;
    }

    void unlinked() {
        links--;
    }

    EntryAttributes attributes() {
        return attributes;
    }

    void attributes(EntryAttributes changed) {
        attributes = changed;
    }

    /** The uppermost layer that says something of it. */
    int layer() {
        return layer;
    }

    void layer(int said) {
        layer = said;
    }

    FileStatus status() {
        return new FileStatus(
                type,
                attributes.permissions(),
                (int) attributes.uid(),
                (int) attributes.gid(),
                sizeBytes,
                attributes.modified().getEpochSecond(),
                attributes.modified().getNano(),
                0,
                0,
                inode,
                0,
                major,
                minor,
                isDirectory() ? 2 : links,
                0,
                sizeBytes / 512 + 1);
    }

    /** What COPY says of a path, with what it doesn't know left as it is. */
    static EntryAttributes entryAttributes(Attributes attributes, Xattrs others, boolean isFile) {
        Xattrs xattrs = others.only(name -> !name.equals(LayerXattrs.CAPABILITY));
        if (isFile && attributes.capability().isPresent()) {
            xattrs = xattrs.with(LayerXattrs.CAPABILITY, attributes.capability().get());
        }
        return new EntryAttributes(
                attributes.permissions(),
                Integer.toUnsignedLong(attributes.uid()),
                Integer.toUnsignedLong(attributes.gid()),
                Instant.ofEpochSecond(attributes.mtimeSeconds(), attributes.mtimeNanos()),
                xattrs);
    }
}
