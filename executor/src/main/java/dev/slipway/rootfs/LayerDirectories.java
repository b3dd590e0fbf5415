package dev.slipway.rootfs;

import dev.slipway.image.DiffId;
import dev.slipway.layer.AppliedLayer;
import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.LayerApplier;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The extracted layers of a content store, {@code layers/root/DIFFID} and {@code layers/user/DIFFID} (DESIGN 3.11): each
 * is made aside, renamed into place whole, and locked by whoever has it mounted.
 */
final class LayerDirectories implements AutoCloseable {
    static final PathBytes TREE = PathBytes.of("tree");
    static final PathBytes INDEX = PathBytes.of("index");
    private static final PathBytes LAYERS = PathBytes.of("layers");

    private final Directory layers;
    private final Place aside;
    private final ApplyMode mode;

    private LayerDirectories(Directory layers, Place aside, ApplyMode mode) {
        this.layers = layers;
        this.aside = aside;
        this.mode = mode;
    }

    /** @param aside a directory of this build's own, on the same file system if layers are to be shared at all */
    static LayerDirectories open(Directory store, Place aside, ApplyMode mode) throws IOException {
        PathBytes kind = LAYERS.resolve(mode == ApplyMode.OVERLAY_USER ? "user" : "root");
        makeIfAbsent(store, LAYERS);
        makeIfAbsent(store, kind);
        return new LayerDirectories(store.openDirectory(kind), aside, mode);
    }

    private static void makeIfAbsent(Directory directory, PathBytes name) throws IOException {
        try {
            directory.makeDirectory(name, 0700);
        } catch (PosixException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    ApplyMode mode() {
        return mode;
    }

    /** The layer's directory, extracted now if nobody has done so before. */
    ExtractedLayer obtain(ImageLayer layer) throws IOException {
        Optional<ExtractedLayer> there = find(layer.diffId());
        return there.isPresent() ? there.get() : extract(layer);
    }

    private Optional<ExtractedLayer> find(DiffId id) throws IOException {
        PathBytes name = PathBytes.of(id.hex());
        OpenFile index;
        try {
            index = layers.openRead(name.resolve(INDEX));
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            index.lock(true);
            Optional<Set<PathBytes>> implied =
                    index.status().links() == 0 ? Optional.empty() : ImpliedPaths.read(index);
            if (implied.isPresent()) {
                return Optional.of(new ExtractedLayer(
                        layers.openDirectory(name.resolve(TREE)), implied.get(), ExtractedLayer.Hold.of(index)));
            }
        } catch (IOException e) {
            index.close();
            throw e;
        }
        index.close();
        return Optional.empty();
    }

    private ExtractedLayer extract(ImageLayer layer) throws IOException {
        String name = "layer-"
                + HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong());
        try (Place place = aside.make(name, 0700)) {
            Directory tree = place.make("tree", 0755).directory();
            try (tree;
                    InputStream blob = layer.source().open()) {
                AppliedLayer applied = new LayerApplier(tree, mode).apply(blob, layer.descriptor(), layer.diffId());
                ImpliedPaths.write(place.directory(), INDEX, applied.impliedDirectories());
            }
        } catch (IOException | RuntimeException e) {
            removeAside(name, e);
            throw e;
        }
        return settle(name, layer.diffId());
    }

    private void removeAside(String name, Exception failure) {
        try {
            aside.remove(name);
        } catch (IOException again) {
            failure.addSuppressed(again);
        }
    }

    /** Moves what was made aside into the store; the same from another executor is as good. */
    private ExtractedLayer settle(String name, DiffId id) throws IOException {
        publish(aside.directory(), PathBytes.of(name), id);
        Optional<ExtractedLayer> stored = find(id);
        if (stored.isPresent()) {
            aside.remove(name);
            return stored.get();
        }
        // The store is on another file system, or what it holds is damaged: for this build the directory will do.
        try (Place place = aside.at(name);
                OpenFile index = place.directory().openRead(INDEX)) {
            return new ExtractedLayer(
                    place.directory().openDirectory(TREE),
                    ImpliedPaths.read(index).orElseThrow(),
                    ExtractedLayer.Hold.NOTHING);
        }
    }

    /** Puts a directory with a tree and an index into the store, if the store can take it; who has it open keeps it. */
    private void publish(Directory parent, PathBytes name, DiffId id) throws IOException {
        PathBytes target = PathBytes.of(id.hex());
        try {
            parent.renameIfAbsent(name, layers, target);
        } catch (PosixException e) {
            if (!e.is(Errno.EXDEV) && !e.is(Errno.EEXIST) && !e.is(Errno.EROFS)) {
                throw e;
            }
        }
    }

    /**
     * A step's upper directory becomes a layer for others.
     *
     * @param name a directory in {@code parent} that holds the tree alone; whoever has that open keeps it
     * @return the lock on it, held from before anybody could see it
     */
    ExtractedLayer.Hold publish(Directory parent, PathBytes name, DiffId id, Collection<PathBytes> implied)
            throws IOException {
        if (layers.statusIfPresent(PathBytes.of(id.hex())).isPresent()) {
            return ExtractedLayer.Hold.NOTHING;
        }
        OpenFile index;
        try (Directory place = parent.openDirectoryNoFollow(name)) {
            ImpliedPaths.write(place, INDEX, implied);
            index = place.openRead(INDEX);
        }
        try {
            index.lock(true);
            publish(parent, name, id);
            return ExtractedLayer.Hold.of(index);
        } catch (IOException e) {
            index.close();
            throw e;
        }
    }

    @Override
    public void close() {
        layers.close();
    }
}
