package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerApplier;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Change;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.rootfs.scan.TreeLayerContent;
import dev.slipway.rootfs.scan.TreeRecord;
import dev.slipway.rootfs.scan.TreeScanner;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.OutputListener;
import dev.slipway.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A plain directory that holds everything, for work directories that can't hold an overlay: what a command changed is
 * found by a scan, what a COPY wrote is known (DESIGN 3.1, 3.3).
 */
final class DirectoryRootfs implements Rootfs {
    private static final String ROOT = "root";
    private static final PathBytes CLOCK = PathBytes.of("clock");
    private static final int ROOT_PERMISSIONS = 0755;
    private static final long CLOCK_POLL_NANOS = 300_000;

    private final Place place;
    private final Place root;
    private final LayerWriter writer;
    private final Sandbox sandbox;
    private final CommittedLayers layers;
    private final ContentIndex index;
    private final TreeScanner scanner;
    private final JournaledTree tree;
    /** What was written through the tree before the record was made, and isn't in a layer yet. */
    private Map<PathBytes, Optional<FileStatus>> writtenBefore = Map.of();

    private @Nullable TreeRecord record;
    private boolean commandRan;

    private DirectoryRootfs(
            Place place,
            Place root,
            LayerWriter writer,
            Sandbox sandbox,
            CommittedLayers layers,
            ContentIndex index,
            TreeScanner scanner) {
        this.place = place;
        this.root = root;
        this.writer = writer;
        this.sandbox = sandbox;
        this.layers = layers;
        this.index = index;
        this.scanner = scanner;
        this.tree = new JournaledTree(DirectoryTree.of(root.directory()));
    }

    /** Extracts the layers into a place, which is this root filesystem's from then on, also if that fails. */
    static DirectoryRootfs create(
            Place place,
            List<ImageLayer> base,
            BlobStore store,
            LayerWriter writer,
            Sandbox sandbox,
            Excluded excluded,
            int threads)
            throws IOException {
        ContentIndex index = new ContentIndex();
        Place root = place.make(ROOT, ROOT_PERMISSIONS);
        try {
            LayerApplier applier = new LayerApplier(root.directory(), ApplyMode.PLAIN, index);
            for (ImageLayer layer : base) {
                try (InputStream blob = layer.source().open()) {
                    applier.apply(blob, layer.descriptor(), layer.diffId());
                }
            }
        } catch (IOException | RuntimeException e) {
            root.close();
            throw e;
        }
        return new DirectoryRootfs(
                place,
                root,
                writer,
                sandbox,
                new CommittedLayers(base, store),
                index,
                new TreeScanner(excluded, index, threads));
    }

    @Override
    public MutableTree tree() {
        return tree;
    }

    @Override
    public ExitStatus run(Command command, OutputListener listener) throws IOException {
        TreeRecord before = record;
        if (before == null) {
            before = scanner.record(root.directory());
            record = before;
            writtenBefore = new TreeMap<>(tree.before());
        } else if (!commandRan && !tree.before().isEmpty()) {
            before =
                    before.updated(root.directory(), new TreeSet<>(tree.before().keySet()), scanner);
            record = before;
            writtenBefore = new TreeMap<>(tree.before());
        }
        waitForClockPast(before);
        commandRan = true;
        return sandbox.run(root.path(), command, listener);
    }

    Directory rootDirectory() {
        return root.directory();
    }

    @Override
    public Path directory() {
        return root.path();
    }

    /**
     * A change within the clock tick of the newest ctime that was seen could leave the same ctime behind, so the clock
     * must move on first: four milliseconds at most on kernels whose timestamps are that coarse.
     */
    private void waitForClockPast(TreeRecord seen) throws IOException {
        try (OpenFile clock = place.directory().openLockFile(CLOCK)) {
            clock.setModified(0, 0);
            while (!seen.isOlderThan(clock.status())) {
                LockSupport.parkNanos(CLOCK_POLL_NANOS);
                clock.setModified(0, 0);
            }
        }
    }

    @Override
    public Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        List<Change> changes = switch (scope) {
            case CommitScope.Everything everything -> commandRan ? scanned() : written(Set.of());
            case CommitScope.Paths paths -> written(paths.paths());
        };
        tree.forget();
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        WrittenLayer layer = writer.write(new TreeLayerContent(root.directory(), changes), index);
        PendingLayer done = () -> layer;
        layers.add(done);
        return Optional.of(done);
    }

    private List<Change> scanned() throws IOException {
        TreeRecord before = record;
        if (before == null) {
            throw new IllegalStateException("a command ran, and nothing was recorded before");
        }
        TreeScanner.Result result = scanner.compare(root.directory(), before);
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
            Set<PathBytes> touched = new TreeSet<>(tree.before().keySet());
            touched.addAll(paths);
            record = record.updated(root.directory(), new TreeSet<>(touched), scanner);
        }
        return changes;
    }

    @Override
    public List<ImageLayer> layers() throws IOException {
        return layers.all();
    }

    @Override
    public void close() throws IOException {
        scanner.close();
        root.close();
        try (place) {
            place.directory().removeContents();
        }
    }
}
