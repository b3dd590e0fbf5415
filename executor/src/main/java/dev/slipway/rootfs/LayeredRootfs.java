package dev.slipway.rootfs;

import dev.slipway.layer.BlobStore;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Change;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.OutputListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A stage without commands: layers are only looked into, and what is copied goes straight into a layer (DESIGN 3.4). */
final class LayeredRootfs implements Rootfs {
    private final Place place;
    private final LayerWriter writer;
    private final CommittedLayers layers;
    private final LayeredTree files;
    private final JournaledTree tree;

    /** @param place this root filesystem's from then on */
    LayeredRootfs(Place place, List<ImageLayer> base, BlobStore store, LayerWriter writer) {
        this.place = place;
        this.writer = writer;
        this.layers = new CommittedLayers(base, store);
        this.files = new LayeredTree(base, place.directory());
        this.tree = new JournaledTree(files);
    }

    @Override
    public MutableTree tree() {
        return tree;
    }

    @Override
    public ExitStatus run(Command command, OutputListener output) throws IOException {
        throw noCommands();
    }

    @Override
    public Path directory() throws IOException {
        throw noCommands();
    }

    private static RootfsException noCommands() {
        return new RootfsException(
                RootfsException.Kind.ENVIRONMENT,
                "a root filesystem that was opened for a stage without RUN can't run commands");
    }

    @Override
    public Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        Set<PathBytes> written = switch (scope) {
            case CommitScope.Everything everything -> Set.of();
            case CommitScope.Paths paths -> paths.paths();
        };
        if (tree.before().isEmpty() && written.isEmpty()) {
            return Optional.empty();
        }
        List<Change> changes = JournalChanges.of(tree, tree.before(), written);
        tree.forget();
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        WrittenLayer layer = writer.write(files.content(changes));
        PendingLayer done = () -> layer;
        layers.add(done);
        return Optional.of(done);
    }

    @Override
    public List<ImageLayer> layers() throws IOException {
        return layers.all();
    }

    @Override
    public void close() throws IOException {
        try (place) {
            files.close();
            place.directory().removeContents();
        }
    }
}
