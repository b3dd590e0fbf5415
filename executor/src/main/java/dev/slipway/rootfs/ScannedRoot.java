package dev.slipway.rootfs;

import dev.slipway.layer.BlobStore;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.ClockTick;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Change;
import dev.slipway.rootfs.scan.EntriesElsewhere;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.rootfs.scan.TreeLayerContent;
import dev.slipway.rootfs.scan.TreeRecord;
import dev.slipway.rootfs.scan.TreeScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A directory that layers were extracted into, and what changes in it: what a command changed is found by a scan, what a
 * COPY wrote is known (DESIGN 3.3). The directory may be one of our own, or the executor's own root.
 */
final class ScannedRoot implements AutoCloseable {
    private final Directory room;
    private final Directory root;
    private final LayerWriter writer;
    private final CommittedLayers layers;
    private final ContentIndex index;
    private final TreeScanner scanner;
    private final JournaledTree tree;
    private final EntriesElsewhere elsewhere;
    /** What was written through the tree before the record was made, and isn't in a layer yet. */
    private Map<PathBytes, Optional<FileStatus>> writtenBefore = Map.of();

    private @Nullable TreeRecord record;
    private boolean commandRan;

    /**
     * @param room a directory of ours whose file system has the same clock
     * @param tree the root as the stage has it
     * @param elsewhere what of that tree doesn't lie in the root
     * @param index what the extracted layers hold
     * @param excluded what never enters a layer
     */
    ScannedRoot(
            Directory room,
            Directory root,
            MutableTree tree,
            EntriesElsewhere elsewhere,
            List<ImageLayer> base,
            BlobStore store,
            LayerWriter writer,
            ContentIndex index,
            Excluded excluded) {
        this.room = room;
        this.root = root;
        this.writer = writer;
        this.layers = new CommittedLayers(base, store);
        this.index = index;
        this.scanner = new TreeScanner(excluded, index, Runtime.getRuntime().availableProcessors());
        this.tree = new JournaledTree(tree);
        this.elsewhere = elsewhere;
    }

    JournaledTree tree() {
        return tree;
    }

    List<ImageLayer> layers() throws IOException {
        return layers.all();
    }

    /** To be called right before a command: from here on everything that happens is found by {@link #commit}. */
    void expectCommand() throws IOException {
        TreeRecord before = record;
        if (before == null) {
            before = scanner.record(root);
            record = before;
            writtenBefore = new TreeMap<>(tree.before());
        } else if (!commandRan && !tree.before().isEmpty()) {
            before = before.updated(root, onDisk(tree.before().keySet()), scanner);
            record = before;
            writtenBefore = new TreeMap<>(tree.before());
        }
        // A change within the clock tick of the newest ctime that was seen could leave the same ctime behind.
        ClockTick.await(room, before::isOlderThan);
        commandRan = true;
    }

    Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        List<Change> changes = switch (scope) {
            case CommitScope.Everything everything -> commandRan ? scanned() : written(Set.of());
            case CommitScope.Paths paths -> written(paths.paths());
        };
        tree.forget();
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        WrittenLayer layer = writer.write(new TreeLayerContent(root, changes, elsewhere), index);
        PendingLayer done = () -> layer;
        layers.add(done);
        return Optional.of(done);
    }

    private List<Change> scanned() throws IOException {
        TreeRecord before = record;
        if (before == null) {
            throw new IllegalStateException("a command ran, and nothing was recorded before");
        }
        TreeScanner.Result result = scanner.compare(root, before);
        List<Change> changes = new ArrayList<>(result.changes());
        if (!writtenBefore.isEmpty()) {
            // The record holds these as they were written, not as the layers below have them.
            Map<PathBytes, Optional<FileStatus>> written = writtenBefore;
            changes.removeIf(change -> written.containsKey(change.path()));
            changes.addAll(JournalChanges.of(tree, written, Set.of()));
        }
        record = result.record();
        writtenBefore = Map.of();
        commandRan = false;
        return changes;
    }

    private List<Change> written(Set<PathBytes> paths) throws IOException {
        List<Change> changes = JournalChanges.of(tree, tree.before(), paths);
        if (record != null) {
            SortedSet<PathBytes> touched = onDisk(tree.before().keySet());
            touched.addAll(onDisk(paths));
            record = record.updated(root, touched, scanner);
        }
        return changes;
    }

    private SortedSet<PathBytes> onDisk(Set<PathBytes> paths) {
        SortedSet<PathBytes> found = new TreeSet<>(paths);
        found.removeIf(elsewhere::holds);
        return found;
    }

    @Override
    public void close() {
        scanner.close();
    }
}
