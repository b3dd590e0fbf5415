package dev.slipway.build;

import dev.slipway.registry.ImageReference;

/** Where a stage's layer came from, and can be had from where the content store lacks it. */
sealed interface LayerOrigin {

    /** A registry's repository. */
    record Repository(ImageReference image) implements LayerOrigin {}

    /** A directory that {@code --build-context} names. */
    record Layout(LayoutImage image) implements LayerOrigin {}

    /** Nowhere else: this build made it. */
    record ThisBuild() implements LayerOrigin {}
}
