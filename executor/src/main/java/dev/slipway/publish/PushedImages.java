package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts images that are in registries already, one for each platform and built anywhere, under one index. Attestations
 * that belong to them come along.
 */
public final class PushedImages {
    private final RegistryClient registries;
    private final Annotations annotations;

    public PushedImages(RegistryClient registries, Annotations annotations) {
        this.registries = registries;
        this.annotations = annotations;
    }

    /**
     * The index of what the references stand for.
     *
     * @throws IllegalArgumentException where two of them are for one platform
     */
    public Publication indexOf(List<ImageReference> references) throws IOException {
        List<Publication.Entry> entries = new ArrayList<>();
        for (ImageReference reference : references) {
            for (Publication.Entry entry : entries(reference)) {
                if (entries.stream()
                        .noneMatch(known -> known.described()
                                .digest()
                                .equals(entry.described().digest()))) {
                    entries.add(entry);
                }
            }
        }
        refuseSamePlatform(entries);
        return Publication.indexOf(entries, annotations.ofIndex()).withEntry(annotations.ofIndexDescriptor());
    }

    private List<Publication.Entry> entries(ImageReference reference) throws IOException {
        ImageReference exact = reference.at(registries.head(reference).digest());
        RegistryClient.Document document = registries.document(exact);
        String type = document.descriptor().mediaType();
        if (!MediaTypes.isIndex(type)) {
            PublishableImage image = image(exact, document);
            return List.of(Publication.Entry.of(image, annotations.ofManifestDescriptor(image.platform())));
        }
        ImageIndex index = ImageIndex.parse(document.raw(), type, "of \"%s\"".formatted(exact));
        List<Publication.Entry> entries = new ArrayList<>();
        for (Descriptor listed : index.manifests()) {
            if (MediaTypes.isIndex(listed.mediaType())) {
                throw new ImageFormatException(
                        "\"%s\" is an index of indexes; name the inner ones instead".formatted(reference));
            }
            PublishableImage image = image(exact, registries.document(exact.at(listed.digest())));
            entries.add(new Publication.Entry(image, annotated(image, listed)));
        }
        return entries;
    }

    private Descriptor annotated(PublishableImage image, Descriptor listed) {
        if (image.isAttestation() || listed.platform().isEmpty()) {
            return listed;
        }
        Map<String, String> all = new LinkedHashMap<>(listed.annotations());
        all.putAll(annotations.ofManifestDescriptor(listed.platform().get()));
        return listed.withAnnotations(all);
    }

    private PublishableImage image(ImageReference origin, RegistryClient.Document document) throws IOException {
        Manifest manifest =
                Manifest.parse(document.raw(), document.descriptor().mediaType(), "of \"%s\"".formatted(origin));
        Descriptor config = manifest.config();
        if (config.sizeBytes() > ImageConfig.LARGEST_BYTES) {
            throw new ImageFormatException("the config of \"%s\" has %d bytes, more than the %d that are read"
                    .formatted(origin, config.sizeBytes(), ImageConfig.LARGEST_BYTES));
        }
        return new PublishableImage(
                manifest,
                registries.readBlob(origin, config, InputStream::readAllBytes),
                manifest.layers().stream()
                        .map(layer -> PublishableImage.Layer.remote(layer, origin))
                        .toList());
    }

    private static void refuseSamePlatform(List<Publication.Entry> entries) {
        Map<String, Publication.Entry> platforms = new LinkedHashMap<>();
        for (Publication.Entry entry : entries) {
            if (entry.image().isAttestation() || entry.described().platform().isEmpty()) {
                continue;
            }
            Platform platform = entry.described().platform().get();
            String name = platform
                    + platform.osVersion().map(version -> " (" + version + ")").orElse("");
            Publication.Entry other = platforms.putIfAbsent(name, entry);
            if (other != null) {
                throw new IllegalArgumentException(
                        "two images are for %s, %s and %s: an index has one for each platform"
                                .formatted(
                                        name,
                                        other.described().digest(),
                                        entry.described().digest()));
            }
        }
    }
}
