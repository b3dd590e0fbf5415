package dev.slipway.registry;

import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import java.util.Optional;

/**
 * An image that was found in a registry: its documents, but none of its layers.
 *
 * @param reference as asked for
 * @param index where the name leads to several platforms
 */
public record Resolved(
        ImageReference reference, Optional<ImageIndex> index, Manifest manifest, byte[] rawConfig, ImageConfig config) {

    public Resolved {
        rawConfig = rawConfig.clone();
    }

    @Override
    public byte[] rawConfig() {
        return rawConfig.clone();
    }

    /** The repository by the manifest's digest: where the layers are. */
    public ImageReference byDigest() {
        return reference.at(manifest.digest());
    }
}
