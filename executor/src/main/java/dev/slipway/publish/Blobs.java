package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.BlobSource;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An image's blobs, each once, with the nearest place that its bytes can be had from. */
final class Blobs {
    private final RegistryClient registries;

    Blobs(RegistryClient registries) {
        this.registries = registries;
    }

    /**
     * A blob to bring somewhere.
     *
     * @param source where its bytes are; for a base's layer that isn't here, a registry, and nothing touches the disk
     * @param origin the repository to mount it from
     */
    record Blob(Descriptor descriptor, BlobSource source, Optional<ImageReference> origin) {}

    /** Fails where the bytes that were hashed are not the blob's. */
    static void requireIntact(Digest blob, MessageDigest hash) throws IOException {
        Digest got = Digest.ofHash(blob.algorithm(), hash.digest());
        if (!got.equals(blob)) {
            throw new IOException(
                    "the blob %s is damaged on this machine: its bytes are those of %s".formatted(blob, got));
        }
    }

    /** Those of every manifest and of whatever refers to them, each once. */
    Collection<Blob> of(Publication publication) {
        Map<String, Blob> blobs = new LinkedHashMap<>();
        publication.manifests().forEach(image -> add(image, blobs));
        publication.referrers().forEach(referrer -> add(referrer.artifact(), blobs));
        return blobs.values();
    }

    /** Layers from the lowest to the topmost, then the config. Layers that registries don't hold are left out. */
    private void add(PublishableImage image, Map<String, Blob> blobs) {
        for (PublishableImage.Layer layer : image.layers()) {
            if (!MediaTypes.isForeignLayer(layer.descriptor().mediaType())) {
                blobs.putIfAbsent(layer.descriptor().digest().toString(), of(layer));
            }
        }
        byte[] config = image.config();
        Descriptor descriptor = image.manifest().config();
        blobs.putIfAbsent(
                descriptor.digest().toString(),
                new Blob(
                        descriptor,
                        offset -> new ByteArrayInputStream(config, (int) offset, config.length - (int) offset),
                        Optional.empty()));
    }

    Blob of(PublishableImage.Layer layer) {
        BlobSource source = layer.content().orElseGet(() -> {
            ImageReference origin = layer.origin().orElseThrow();
            return offset -> {
                // From the first byte even when an upload goes on in the middle: only so is the digest checked.
                InputStream in = registries.openBlob(origin, layer.descriptor());
                in.skipNBytes(offset);
                return in;
            };
        });
        return new Blob(layer.descriptor(), source, layer.origin());
    }
}
