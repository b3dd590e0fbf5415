package dev.slipway.rootfs;

import dev.slipway.layer.BlobStore;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerWriter;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.OutputListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A stage over the executor's own root, for pods in which nothing may be mounted (DESIGN 3.1). */
final class InPlaceRootfs implements Rootfs {
    private final Place place;
    private final InPlaceGround ground;
    private final UncoveredTree tree;
    private final ScannedRoot scanned;

    private InPlaceRootfs(Place place, InPlaceGround ground, UncoveredTree tree, ScannedRoot scanned) {
        this.place = place;
        this.ground = ground;
        this.tree = tree;
        this.scanned = scanned;
    }

    /**
     * Empties the root but for what is kept, and lays the layers down. The place is this root filesystem's, also if that
     * fails.
     */
    static InPlaceRootfs create(
            Place place,
            List<ImageLayer> base,
            BlobStore store,
            LayerWriter writer,
            InPlaceGround ground,
            Collection<PathBytes> ignored)
            throws IOException {
        ContentIndex index = new ContentIndex();
        ground.lay(base, index);
        UncoveredTree tree = new UncoveredTree(
                new DirectoryTree(ground::root, ground.kept()),
                new LayeredTree(base, place.directory()),
                ground.kept());
        // Not before: a layer's link may have moved what is kept.
        Excluded excluded = Excluded.of(ground.keptAnd(ignored));
        return new InPlaceRootfs(
                place,
                ground,
                tree,
                new ScannedRoot(place.directory(), ground.root(), tree, tree, base, store, writer, index, excluded));
    }

    @Override
    public MutableTree tree() {
        return scanned.tree();
    }

    @Override
    public ExitStatus run(Command command, OutputListener output) throws IOException {
        scanned.expectCommand();
        try (HiddenFiles hidden = ground.hideCredentials()) {
            return ground.sandbox().run(command, output);
        }
    }

    @Override
    public Path directory() {
        return Path.of("/");
    }

    @Override
    public Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        return scanned.commit(scope);
    }

    @Override
    public List<ImageLayer> layers() throws IOException {
        return scanned.layers();
    }

    /** The files stay until the next stage, or the build's end, wants the root empty. */
    @Override
    public void close() throws IOException {
        scanned.close();
        try (place) {
            tree.close();
            place.directory().removeContents();
        }
    }
}
