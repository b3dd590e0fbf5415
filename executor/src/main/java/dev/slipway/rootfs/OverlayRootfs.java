package dev.slipway.rootfs;

import dev.slipway.layer.BlobStore;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.rootfs.scan.TreeLayerContent;
import dev.slipway.rootfs.scan.UpperSift;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.MountSpace;
import dev.slipway.sandbox.OutputListener;
import dev.slipway.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Layers stacked by overlayfs. What a step changes gathers in an upper directory, which, once sifted, is its layer: it
 * becomes the uppermost lower directory of the next step, and is packed while that one runs (DESIGN 3.1, 3.3).
 */
final class OverlayRootfs implements Rootfs {
    private static final String TREE = "tree";
    private static final String MERGED = "merged";
    private static final String VIEW = "view";

    private final Place place;
    private final LayerWriter writer;
    private final Sandbox sandbox;
    private final MountSpace space;
    private final LayerDirectories directories;
    private final CommittedLayers layers;
    private final Excluded excluded;
    private final DirectoryTree tree = new DirectoryTree(this::merged);
    /** Lowest first. */
    private final List<ExtractedLayer> lowers;

    private final List<BackgroundLayer> pending = new ArrayList<>();
    private final Directory nothing;
    private Place step;
    private Directory upper;
    private int steps;
    private int mounts;
    private @Nullable OverlayMount mounted;
    private boolean mayHaveChanged;

    private OverlayRootfs(
            Place place,
            List<ExtractedLayer> lowers,
            LayerWriter writer,
            Sandbox sandbox,
            MountSpace space,
            LayerDirectories directories,
            CommittedLayers layers,
            Excluded excluded)
            throws IOException {
        this.place = place;
        this.lowers = lowers;
        this.writer = writer;
        this.sandbox = sandbox;
        this.space = space;
        this.directories = directories;
        this.layers = layers;
        this.excluded = excluded;
        place.make(MERGED, 0755).close();
        place.make(VIEW, 0755).close();
        this.nothing = place.make("nothing", 0755).directory();
        this.step = place.make("step-0", 0700);
        this.upper = newUpper();
    }

    /** Extracts the layers, and takes a place and the store's directories, which are this root filesystem's from then on. */
    static OverlayRootfs create(
            Place place,
            List<ImageLayer> base,
            BlobStore store,
            LayerWriter writer,
            Sandbox sandbox,
            MountSpace space,
            LayerDirectories directories,
            Excluded excluded)
            throws IOException {
        List<ExtractedLayer> lowers = new ArrayList<>();
        try {
            lowers.addAll(new OverlayBase(place, directories).open(base));
            return new OverlayRootfs(
                    place, lowers, writer, sandbox, space, directories, new CommittedLayers(base, store), excluded);
        } catch (IOException | RuntimeException e) {
            directories.close();
            for (ExtractedLayer lower : lowers) {
                lower.close();
            }
            throw e;
        }
    }

    @Override
    public MutableTree tree() {
        return tree;
    }

    /** The merged tree, which is mounted when it is first needed. */
    synchronized Directory merged() throws IOException {
        OverlayMount now = mounted;
        if (now == null) {
            // A volatile overlay's work directory can't be used a second time.
            String work = "work-" + mounts++;
            try (Place room = place.make(work, 0700)) {
                now = OverlayMount.writable(
                        space,
                        uppermostFirst(),
                        upper,
                        room.directory(),
                        directories.mode(),
                        place.path().resolve(MERGED));
            }
            mounted = now;
        }
        mayHaveChanged = true;
        return now.merged();
    }

    private List<Directory> uppermostFirst() {
        return new ArrayList<>(
                lowers.reversed().stream().map(ExtractedLayer::tree).toList());
    }

    private void unmount() throws IOException {
        OverlayMount now = mounted;
        if (now != null) {
            mounted = null;
            now.close();
            place.remove("work-" + (mounts - 1));
        }
    }

    @Override
    public ExitStatus run(Command command, OutputListener listener) throws IOException {
        merged();
        return sandbox.run(place.path().resolve(MERGED), command, listener);
    }

    @Override
    public Path directory() throws IOException {
        merged();
        return place.path().resolve(MERGED);
    }

    @Override
    public Optional<PendingLayer> commit(CommitScope scope) throws IOException {
        Set<PathBytes> written = switch (scope) {
            case CommitScope.Everything everything -> Set.of();
            case CommitScope.Paths paths -> paths.paths();
        };
        if (!mayHaveChanged) {
            return Optional.empty();
        }
        unmount();
        UpperSift.Result result = sift(written);
        mayHaveChanged = false;
        if (result.changes().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(seal(result));
    }

    private UpperSift.Result sift(Set<PathBytes> written) throws IOException {
        List<Directory> below = uppermostFirst();
        // The kernel merges no fewer than two.
        below.add(nothing);
        try (OverlayMount view = OverlayMount.readOnly(
                space, below, directories.mode(), place.path().resolve(VIEW))) {
            return new UpperSift(upper, view.merged(), directories.mode().opaqueXattr(), excluded, written).sift();
        }
    }

    /** What the step changed can't change any more, so it is packed while the next step runs. */
    private PendingLayer seal(UpperSift.Result result) throws IOException {
        Directory sealed = upper;
        lowers.add(new ExtractedLayer(sealed, Set.copyOf(result.impliedDirectories()), ExtractedLayer.Hold.NOTHING));
        PathBytes name = PathBytes.of("step-" + steps);
        step.close();
        step = place.make("step-" + ++steps, 0700);
        upper = newUpper();
        BackgroundLayer layer = BackgroundLayer.start("layer-" + (steps - 1), () -> {
            WrittenLayer written = writer.write(new TreeLayerContent(sealed, result.changes()));
            // Others may have the directory only if it is what the layer holds, times included.
            ExtractedLayer.Hold hold = result.holdsExcluded() || !writer.keepsTimes()
                    ? ExtractedLayer.Hold.NOTHING
                    : directories.publish(place.directory(), name, written.diffId(), result.impliedDirectories());
            return new BackgroundLayer.Sealed(written, hold);
        });
        pending.add(layer);
        layers.add(layer);
        return layer;
    }

    /** An empty upper directory, with what the root below it has: an overlay shows the upper's root. */
    private Directory newUpper() throws IOException {
        Directory made = step.make(TREE, 0755).directory();
        Directory below = lowers.getLast().tree();
        ImpliedDirectories.copyAttributes(below, below.status(), made, PathBytes.EMPTY);
        return made;
    }

    @Override
    public List<ImageLayer> layers() throws IOException {
        return layers.all();
    }

    @Override
    public void close() throws IOException {
        try (place;
                nothing;
                directories) {
            unmount();
            for (BackgroundLayer layer : pending) {
                layer.release();
            }
            upper.close();
            step.close();
            for (ExtractedLayer lower : lowers) {
                lower.close();
            }
            place.directory().removeContents();
        }
    }
}
