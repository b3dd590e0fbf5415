package dev.slipway.build;

import dev.slipway.image.Digest;
import dev.slipway.image.Platform;
import dev.slipway.publish.PublishableImage;
import java.util.List;

/**
 * What a build made, and of what.
 *
 * @param materials the images that it was made from, or that things were taken from
 */
public record BuiltImage(PublishableImage image, List<Material> materials) {

    /**
     * An image that the build used.
     *
     * @param name as the Dockerfile has it
     * @param digest of what the name stood for then: the index, where there is one
     */
    public record Material(String name, Digest digest, Platform platform) {}

    public BuiltImage {
        materials = List.copyOf(materials);
    }
}
