package dev.slipway.build;

import dev.slipway.attest.PackageCatalog;
import dev.slipway.image.Digest;
import dev.slipway.image.Platform;
import dev.slipway.publish.PublishableImage;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a build made, and of what.
 *
 * @param materials the images that it was made from, or that things were taken from
 * @param furtherSoftware what stages and the context hold that the Dockerfile wants listed, too, by their names
 */
public record BuiltImage(
        PublishableImage image, List<Material> materials, SortedMap<String, PackageCatalog> furtherSoftware) {

    /**
     * An image that the build used.
     *
     * @param name as the Dockerfile has it
     * @param digest of what the name stood for then: the index, where there is one
     */
    public record Material(String name, Digest digest, Platform platform) {}

    public BuiltImage {
        materials = List.copyOf(materials);
        furtherSoftware = Collections.unmodifiableSortedMap(new TreeMap<>(furtherSoftware));
    }
}
