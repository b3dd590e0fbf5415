package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.registry.Resolved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image that a stage is built on or that things are taken from: its documents, none of its layers.
 *
 * @param name as the Dockerfile names it
 * @param origin where its layers are
 * @param index where the name leads to several platforms
 */
record BaseImage(String name, LayerOrigin origin, Optional<ImageIndex> index, Manifest manifest, ImageConfig config) {

    /** One of a registry. */
    static BaseImage of(String name, Resolved resolved) {
        return new BaseImage(
                name,
                new LayerOrigin.Repository(resolved.byDigest()),
                resolved.index(),
                resolved.manifest(),
                resolved.config());
    }

    MediaFamily family() {
        return manifest.family();
    }

    /** What the name stands for: the index, where there is one. */
    Digest digest() {
        return index.map(ImageIndex::digest).orElseGet(manifest::digest);
    }

    /** Its layers from the lowest to the topmost. */
    List<StageLayer> layers() {
        List<Descriptor> blobs = manifest.layers();
        List<DiffId> diffIds = config.diffIds();
        List<StageLayer> layers = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            layers.add(new StageLayer(blobs.get(i), diffIds.get(i), origin));
        }
        return layers;
    }
}
