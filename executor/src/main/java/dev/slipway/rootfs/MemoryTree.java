package dev.slipway.rootfs;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The nodes of a tree in memory, and how paths lead through them: as in a kernel that is confined to the tree's root. */
final class MemoryTree {
    private static final int MOST_LINKS = 40;
    private static final byte SLASH = '/';
    /** Whoever looks into the finished tree follows the links of all layers. */
    private static final int ANY_LAYER = -1;

    private final TreeNode root;
    private long inodes = 1;

    MemoryTree() {
        root = TreeNode.directory(inodes++, 0, made());
        root.linked();
    }

    /** What a directory has that nobody says anything of. */
    private static EntryAttributes made() {
        return new EntryAttributes(0755, 0, 0, Instant.EPOCH, Xattrs.NONE);
    }

    long nextInode() {
        return inodes++;
    }

    TreeNode root() {
        return root;
    }

    /** What is at a path: links on the way are followed, the last one isn't. */
    Optional<TreeNode> find(PathBytes path) throws PosixException {
        if (path.isEmpty()) {
            return Optional.of(root);
        }
        return directory(path.parent()).map(parent -> parent.children().get(path.name()));
    }

    TreeNode require(PathBytes path) throws PosixException {
        return find(path).orElseThrow(() -> new PosixException("open", path.toString(), Errno.ENOENT));
    }

    /** The directory that a path leads to, the last link followed, too; nothing where there is none. */
    Optional<TreeNode> directory(PathBytes path) throws PosixException {
        return walk(path, false, ANY_LAYER);
    }

    /** As {@link #directory(PathBytes)} for a layer being applied, which follows its own links only. */
    Optional<TreeNode> directory(PathBytes path, int layer) throws PosixException {
        return walk(path, false, layer);
    }

    TreeNode requireDirectory(PathBytes path) throws PosixException {
        return directory(path).orElseThrow(() -> new PosixException("open", path.toString(), Errno.ENOENT));
    }

    /**
     * As {@link #directory(PathBytes, int)}, and what is missing is made. A link or file of a lower layer gives way to a
     * directory, as it does where layers are extracted each for itself.
     */
    TreeNode makeDirectories(PathBytes path, int layer) throws PosixException {
        return walk(path, true, layer).orElseThrow(() -> new PosixException("mkdir", path.toString(), Errno.ENOTDIR));
    }

    private Optional<TreeNode> walk(PathBytes path, boolean make, int layer) throws PosixException {
        Deque<PathBytes> left = new ArrayDeque<>(path.components());
        List<TreeNode> way = new ArrayList<>(List.of(root));
        int links = 0;
        while (!left.isEmpty()) {
            PathBytes name = left.pop();
            if (name.endsInDots()) {
                if (name.length() == 2 && way.size() > 1) {
                    way.removeLast();
                }
                continue;
            }
            TreeNode here = way.getLast();
            TreeNode next = here.children().get(name);
            boolean isForeign = next != null && !next.isDirectory() && layer != ANY_LAYER && next.layer() != layer;
            if (next == null || isForeign) {
                if (!make) {
                    return Optional.empty();
                }
                next = TreeNode.directory(nextInode(), layer, made());
                put(here, name, next);
            }
            switch (next.type()) {
                case DIRECTORY -> way.add(next);
                case SYMLINK -> {
                    if (++links > MOST_LINKS) {
                        throw new PosixException("open", path.toString(), Errno.ELOOP);
                    }
                    byte[] target = next.target();
                    if (target[0] == SLASH) {
                        way = new ArrayList<>(List.of(root));
                    }
                    PathBytes.of(target).components().reversed().forEach(left::push);
                }
                case REGULAR, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(way.getLast());
    }

    /** Gives a node a name, in the place of whatever has it. */
    void put(TreeNode directory, PathBytes name, TreeNode node) {
        node.linked();
        TreeNode replaced = directory.children().put(name, node);
        if (replaced != null) {
            unlinkAll(replaced);
        }
    }

    void remove(TreeNode directory, PathBytes name) {
        TreeNode removed = directory.children().remove(name);
        if (removed != null) {
            unlinkAll(removed);
        }
    }

    private static void unlinkAll(TreeNode node) {
        node.unlinked();
        node.children().values().forEach(MemoryTree::unlinkAll);
    }
}
