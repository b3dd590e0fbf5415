package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerApplier;
import dev.slipway.layer.LayerWriter;
import dev.slipway.rootfs.scan.EntriesElsewhere;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.OutputListener;
import dev.slipway.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A plain directory that holds everything, for work directories that can't hold an overlay: what a command changed is
 * found by a scan, what a COPY wrote is known (DESIGN 3.1, 3.3).
 */
final class DirectoryRootfs implements Rootfs {
    private static final String ROOT = "root";
    private static final int ROOT_PERMISSIONS = 0755;

    private final Place place;
    private final Place root;
    private final Sandbox sandbox;
    private final ScannedRoot scanned;

    private DirectoryRootfs(Place place, Place root, Sandbox sandbox, ScannedRoot scanned) {
        this.place = place;
        this.root = root;
        this.sandbox = sandbox;
        this.scanned = scanned;
    }

    /** Extracts the layers into a place, which is this root filesystem's from then on, also if that fails. */
    static DirectoryRootfs create(
            Place place, List<ImageLayer> base, BlobStore store, LayerWriter writer, Sandbox sandbox, Excluded excluded)
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
        DirectoryTree tree = DirectoryTree.of(root.directory());
        return new DirectoryRootfs(
                place,
                root,
                sandbox,
                new ScannedRoot(
                        place.directory(),
                        root.directory(),
                        tree,
                        EntriesElsewhere.NONE,
                        base,
                        store,
                        writer,
                        index,
                        excluded));
    }

    @Override
    public MutableTree tree() {
        return scanned.tree();
    }

    @Override
    public ExitStatus run(Command command, OutputListener listener) throws IOException {
        scanned.expectCommand();
        return sandbox.run(root.path(), command, listener);
    }

    @Override
    public Path directory() {
        return root.path();
    }

    @Override
    public Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        return scanned.commit(scope);
    }

    @Override
    public List<ImageLayer> layers() throws IOException {
        return scanned.layers();
    }

    @Override
    public void close() throws IOException {
        scanned.close();
        root.close();
        try (place) {
            place.directory().removeContents();
        }
    }
}
