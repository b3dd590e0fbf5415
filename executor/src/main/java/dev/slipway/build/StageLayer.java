package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.registry.ImageReference;
import java.util.Optional;

/** One layer of a stage. */
record StageLayer(Descriptor descriptor, DiffId diffId, LayerOrigin origin) {

    /** The repository that has it already, if there is one. */
    Optional<ImageReference> repository() {
        return origin instanceof LayerOrigin.Repository(ImageReference image) ? Optional.of(image) : Optional.empty();
    }
}
