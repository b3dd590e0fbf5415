package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tag under which cosign keeps all signatures of a digest: one manifest, and a layer for each of them. A signature is
 * added to those that are there, so that an image may be signed by the build and by whoever releases it.
 */
final class SignatureTag {
    private final RegistryClient registries;
    private final ImageReference tag;

    SignatureTag(RegistryClient registries, ImageReference tag) {
        this.registries = registries;
        this.tag = tag;
    }

    /** Puts a signature whose blobs the repository has by now. */
    void add(PublishableImage signature) throws IOException {
        Optional<RegistryClient.Document> found = registries.pushed(tag);
        Manifest ours = signature.manifest();
        if (found.isEmpty()) {
            registries.pushManifest(tag, ours.raw(), ours.mediaType());
            return;
        }
        RegistryClient.Document there = found.get();
        List<Descriptor> others = Manifest.parse(
                        there.raw(), there.descriptor().mediaType(), "of the signatures \"%s\"".formatted(tag))
                .layers();
        List<Descriptor> layers = new ArrayList<>(others);
        ours.layers().stream().filter(layer -> !others.contains(layer)).forEach(layers::add);
        if (layers.size() > others.size()) {
            put(layers, ImageConfig.parse(signature.config(), "of a signature"));
        }
    }

    private void put(List<Descriptor> layers, ImageConfig ours) throws IOException {
        byte[] config = new ImageConfig(
                        ours.platform(),
                        ours.created(),
                        ours.author(),
                        ours.container(),
                        layers.stream().map(layer -> new DiffId(layer.digest())).toList(),
                        ours.history())
                .toJson();
        Descriptor described = Descriptor.of(MediaFamily.OCI.config(), config);
        registries.pushBlob(
                tag,
                described,
                offset -> new ByteArrayInputStream(config, (int) offset, config.length - (int) offset),
                Optional.empty());
        Manifest all = Manifest.create(MediaFamily.OCI, described, layers, Map.of());
        registries.pushManifest(tag, all.raw(), all.mediaType());
    }
}
