package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layers one above the other, looked into as overlayfs would merge them, but for one thing: a directory that a layer only
 * implies has the attributes that a lower layer gives it, as it has where layers are applied one after the other.
 */
final class LayerStack {
    private final List<ExtractedLayer> layers;
    private final String opaqueXattr;

    /** @param layers lowest first */
    LayerStack(List<ExtractedLayer> layers, String opaqueXattr) {
        this.layers = layers;
        this.opaqueXattr = opaqueXattr;
    }

    /** What merging finds at a path. */
    sealed interface Found {
        /** No directory: nothing, something that is gone again, or a file or link. */
        record Nothing() implements Found {}

        /** A directory whose attributes are those that it has in this tree. */
        record InTree(Directory tree, FileStatus status) implements Found {}
    }

    Found find(PathBytes path) throws IOException {
        Found.InTree implied = null;
        for (ExtractedLayer layer : layers.reversed()) {
            Step step = look(layer, path);
            switch (step) {
                case Step.Stop stop -> {
                    return stop.found() instanceof Found.InTree || implied == null ? stop.found() : implied;
                }
                case Step.Below below -> {
                    if (below.implied() != null && implied == null) {
                        implied = below.implied();
                    }
                }
            }
        }
        return implied == null ? new Found.Nothing() : implied;
    }

    private sealed interface Step {
        /** This layer decides, together with what layers above it implied. */
        record Stop(Found found) implements Step {}

        /** The layers below it are to be asked. */
        record Below(Found.@Nullable InTree implied) implements Step {}
    }

    private Step look(ExtractedLayer layer, PathBytes path) throws IOException {
        PathBytes current = PathBytes.EMPTY;
        FileStatus status = layer.tree().status();
        boolean isOpaque = isOpaque(layer, current);
        for (PathBytes name : path.components()) {
            current = current.resolve(name);
            Optional<FileStatus> there = layer.tree().statusIfPresent(current);
            if (there.isEmpty()) {
                return isOpaque ? new Step.Stop(new Found.Nothing()) : new Step.Below(null);
            }
            status = there.get();
            if (!status.isDirectory()) {
                return new Step.Stop(new Found.Nothing());
            }
            isOpaque |= isOpaque(layer, current);
        }
        Found.InTree found = new Found.InTree(layer.tree(), status);
        return isOpaque || !layer.implied().contains(path) ? new Step.Stop(found) : new Step.Below(found);
    }

    private boolean isOpaque(ExtractedLayer layer, PathBytes path) throws IOException {
        return layer.tree().xattrs(path).get(opaqueXattr).isPresent();
    }
}
