package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.registry.BlobSource;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A finished image as it leaves the build: its documents, and for each layer where its bytes are.
 *
 * @param config the bytes that the manifest's config descriptor names
 * @param layers as in the manifest, from the lowest to the topmost
 */
public record PublishableImage(Manifest manifest, byte[] config, List<Layer> layers) {

    /**
     * A layer and where its bytes are.
     *
     * @param descriptor as in the manifest
     * @param content the bytes on this machine; none where nobody needed them here
     * @param origin the repository that it was found in, to mount it from or to copy it from
     */
    public record Layer(Descriptor descriptor, Optional<BlobSource> content, Optional<ImageReference> origin) {
        public Layer {
            if (content.isEmpty() && origin.isEmpty()) {
                throw new IllegalArgumentException("nobody knows where " + descriptor.digest() + " is");
            }
        }

        /** Its bytes as they are packed, from this machine or from the repository that has them. */
        public InputStream open(RegistryClient registries) throws IOException {
            return content.isPresent() ? content.get().open(0) : registries.openBlob(origin.orElseThrow(), descriptor);
        }

        /** A layer that this build made. */
        public static Layer local(Descriptor descriptor, BlobSource content) {
            return new Layer(descriptor, Optional.of(content), Optional.empty());
        }

        /** A base's layer that was fetched. */
        public static Layer fetched(Descriptor descriptor, BlobSource content, ImageReference origin) {
            return new Layer(descriptor, Optional.of(content), Optional.of(origin));
        }

        /** A base's layer that was never fetched. */
        public static Layer remote(Descriptor descriptor, ImageReference origin) {
            return new Layer(descriptor, Optional.empty(), Optional.of(origin));
        }
    }

    public PublishableImage {
        config = config.clone();
        layers = List.copyOf(layers);
        if (!manifest.config().digest().matches(config)) {
            throw new IllegalArgumentException("the manifest names another config than the one given");
        }
        if (!manifest.layers().equals(layers.stream().map(Layer::descriptor).toList())) {
            throw new IllegalArgumentException("the manifest names other layers than those given");
        }
    }

    @Override
    public byte[] config() {
        return config.clone();
    }

    /** Whether it is BuildKit's kind of manifest for statements about an image, none to run. */
    public boolean isAttestation() {
        return !layers.isEmpty()
                && layers.stream()
                        .allMatch(layer -> layer.descriptor().mediaType().equals(MediaTypes.IN_TOTO));
    }

    /** What its config says that it runs on. */
    public Platform platform() throws ImageFormatException {
        return ImageConfig.parse(config, "of the image that was built").platform();
    }
}
