package dev.slipway.build;

import dev.slipway.image.ImageConfig;
import dev.slipway.rootfs.Rootfs;
import java.util.List;
import java.util.Optional;

/**
 * A stage whose instructions have run.
 *
 * @param root its filesystem, where a step needed one; open until the build is done, as others copy from it
 */
record BuiltStage(PlannedStage stage, ImageConfig config, Scope scope, List<StageLayer> layers, Optional<Rootfs> root) {
    BuiltStage {
        layers = List.copyOf(layers);
    }

    BuiltStage withoutRoot() {
        return new BuiltStage(stage, config, scope, layers, Optional.empty());
    }
}
