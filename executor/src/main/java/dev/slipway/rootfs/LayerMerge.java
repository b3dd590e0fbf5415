package dev.slipway.rootfs;

import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerException;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Applies layers to a tree in memory, by their headers alone (OCI image spec, "Applying Changesets"). */
final class LayerMerge {
    private final MemoryTree tree;

    LayerMerge(MemoryTree tree) {
        this.tree = tree;
    }

    /** @param layer counted from the lowest one, 1 */
    void apply(int layer, LayerFiles files) throws IOException {
        files.forEach((number, entry) -> {
            switch (entry) {
                case LayerEntry.Whiteout whiteout -> {
                    Optional<TreeNode> parent = tree.directory(whiteout.path().parent(), layer);
                    if (parent.isPresent()) {
                        removeLower(parent.get(), whiteout.path().name(), layer);
                    }
                }
                case LayerEntry.Opaque opaque -> {
                    Optional<TreeNode> directory = tree.directory(opaque.path(), layer);
                    if (directory.isPresent()) {
                        emptyOfLower(directory.get(), layer);
                    }
                }
                case LayerEntry.Directory directory -> directory(directory, layer);
                case LayerEntry.HardLink link -> hardLink(link, layer);
                case LayerEntry.File file ->
                    put(
                            file,
                            layer,
                            TreeNode.file(
                                    tree.nextInode(),
                                    layer,
                                    file.attributes(),
                                    file.sizeBytes(),
                                    files.content(number, file.sizeBytes())));
                case LayerEntry.Symlink link ->
                    put(link, layer, TreeNode.symlink(tree.nextInode(), layer, link.attributes(), link.target()));
                case LayerEntry.Device device ->
                    put(
                            device,
                            layer,
                            TreeNode.node(
                                    tree.nextInode(),
                                    layer,
                                    device.attributes(),
                                    device.isBlock() ? FileType.BLOCK_DEVICE : FileType.CHARACTER_DEVICE,
                                    device.major(),
                                    device.minor()));
                case LayerEntry.Fifo fifo ->
                    put(fifo, layer, TreeNode.node(tree.nextInode(), layer, fifo.attributes(), FileType.FIFO, 0, 0));
            }
            return true;
        });
    }

    private void put(LayerEntry entry, int layer, TreeNode node) throws IOException {
        tree.put(
                tree.makeDirectories(entry.path().parent(), layer), entry.path().name(), node);
    }

    private void directory(LayerEntry.Directory entry, int layer) throws IOException {
        TreeNode there = entry.path().isEmpty()
                ? tree.root()
                : tree.makeDirectories(entry.path().parent(), layer)
                        .children()
                        .get(entry.path().name());
        if (there == null || !there.isDirectory()) {
            put(entry, layer, TreeNode.directory(tree.nextInode(), layer, entry.attributes()));
        } else {
            there.attributes(entry.attributes());
            there.layer(layer);
        }
    }

    private void hardLink(LayerEntry.HardLink link, int layer) throws IOException {
        TreeNode existing = tree.directory(link.target().parent(), layer)
                .map(parent -> parent.children().get(link.target().name()))
                .filter(node -> !node.isDirectory())
                .orElseThrow(() -> new LayerException(
                        LayerException.Kind.LAYER,
                        "entry \"" + link.path() + "\" is a hard link to \"" + link.target()
                                + "\", which is no file at that point"));
        existing.layer(layer);
        put(link, layer, existing);
    }

    /** Whiteouts take away what layers below have, wherever in their own layer they stand. */
    private void removeLower(TreeNode directory, PathBytes name, int layer) {
        TreeNode node = directory.children().get(name);
        if (node == null) {
            return;
        }
        if (node.layer() < layer && !holdsAnythingOf(node, layer)) {
            tree.remove(directory, name);
        } else if (node.isDirectory()) {
            emptyOfLower(node, layer);
        }
    }

    private static boolean holdsAnythingOf(TreeNode node, int layer) {
        return node.children().values().stream()
                .anyMatch(child -> child.layer() >= layer || holdsAnythingOf(child, layer));
    }

    private void emptyOfLower(TreeNode directory, int layer) {
        for (PathBytes name : List.copyOf(directory.children().keySet())) {
            removeLower(directory, name, layer);
        }
    }
}
