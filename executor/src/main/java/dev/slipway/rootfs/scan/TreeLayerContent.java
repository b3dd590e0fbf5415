package dev.slipway.rootfs.scan;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The changes of a tree on disk as a layer's entries. Everything but the paths is read when the layer is written. */
public final class TreeLayerContent implements LayerContent {
    private final Directory root;
    private final List<Change> changes;
    private final EntriesElsewhere elsewhere;

    /** @param changes in any order, each path once; no sockets */
    public TreeLayerContent(Directory root, List<Change> changes) {
        this(root, changes, EntriesElsewhere.NONE);
    }

    /** @param elsewhere what of the tree doesn't lie in the root */
    public TreeLayerContent(Directory root, List<Change> changes, EntriesElsewhere elsewhere) {
        this.root = root;
        this.changes = changes.stream().sorted().toList();
        this.elsewhere = elsewhere;
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        Map<Long, PathBytes> firstNames = new HashMap<>();
        EntriesElsewhere.Reading others = elsewhere.read();
        for (Change change : changes) {
            PathBytes path = change.path();
            if (change.isRemoval()) {
                sink.accept(new LayerEntry.Whiteout(path));
            } else {
                sink.accept(elsewhere.holds(path) ? others.entry(path) : entry(path, firstNames));
            }
        }
    }

    private LayerEntry entry(PathBytes path, Map<Long, PathBytes> firstNames) throws IOException {
        FileStatus status = path.isEmpty() ? root.status() : root.status(path);
        EntryAttributes attributes = new EntryAttributes(
                status.permissions(),
                status.unsignedUid(),
                status.unsignedGid(),
                Instant.ofEpochSecond(status.mtimeSeconds(), status.mtimeNanos()),
                LayerXattrs.recorded(root.xattrs(path)));
        if (!status.isDirectory() && status.links() > 1) {
            PathBytes first = firstNames.putIfAbsent(status.inode(), path);
            if (first != null) {
                return new LayerEntry.HardLink(path, attributes, first);
            }
        }
        return switch (status.type()) {
            case REGULAR -> new LayerEntry.File(path, attributes, status.sizeBytes(), FileContent.of(root, path));
            case DIRECTORY -> new LayerEntry.Directory(path, attributes);
            case SYMLINK -> new LayerEntry.Symlink(path, attributes, root.readLink(path));
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                new LayerEntry.Device(
                        path,
                        attributes,
                        status.type() == FileType.BLOCK_DEVICE,
                        status.rdevMajor(),
                        status.rdevMinor());
            case FIFO -> new LayerEntry.Fifo(path, attributes);
            case SOCKET -> throw new IllegalStateException("a layer can't hold the socket \"" + path + "\"");
        };
    }
}
