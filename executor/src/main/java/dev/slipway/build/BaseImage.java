package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.MediaFamily;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.Resolved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image that a stage is built on or that things are taken from: its documents, none of its layers.
 *
 * @param name as the Dockerfile names it
 */
record BaseImage(String name, Resolved resolved) {

    ImageConfig config() {
        return resolved.config();
    }

    MediaFamily family() {
        return resolved.manifest().family();
    }

    /** Its layers from the lowest to the topmost, and the repository that has them. */
    List<StageLayer> layers() {
        List<Descriptor> blobs = resolved.manifest().layers();
        List<DiffId> diffIds = config().diffIds();
        ImageReference repository = resolved.byDigest();
        List<StageLayer> layers = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            layers.add(new StageLayer(blobs.get(i), diffIds.get(i), Optional.of(repository)));
        }
        return layers;
    }
}
