package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.registry.ImageReference;
import java.util.Optional;

/**
 * One layer of a stage.
 *
 * @param origin the repository of the base that it came with; none where this build made it
 */
record StageLayer(Descriptor descriptor, DiffId diffId, Optional<ImageReference> origin) {}
