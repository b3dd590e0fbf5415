package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import dev.slipway.registry.DocumentStore;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.Resolved;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The images that a build names, each looked up once per platform; their layers stay where they are until needed. */
final class BaseImages {
    private final RegistryClient registries;
    private final DocumentStore documents;
    private final Map<Key, BaseImage> found = new HashMap<>();

    private record Key(ImageReference reference, Platform platform) {}

    BaseImages(RegistryClient registries, DocumentStore documents) {
        this.registries = registries;
        this.documents = documents;
    }

    /** The config of an image that was looked up before. */
    synchronized ImageConfig known(ImageReference reference, Platform platform) throws IOException {
        BaseImage image = found.get(new Key(reference, platform));
        if (image == null) {
            throw new IOException("nothing that is built needs it");
        }
        return image.config();
    }

    /** The image for a platform: manifest and config. */
    synchronized BaseImage resolve(String name, Platform platform, InstructionSource wantedBy) throws BuildException {
        ImageReference reference;
        try {
            reference = ImageReference.parse(name);
        } catch (IllegalArgumentException e) {
            throw Locations.failure(FailureClass.DOCKERFILE, wantedBy, "\"%s\": %s".formatted(name, e.getMessage()), e);
        }
        Key key = new Key(reference, platform);
        BaseImage known = found.get(key);
        if (known != null) {
            return known;
        }
        try {
            Resolved resolved = registries.resolve(reference, platform, documents);
            if (resolved.manifest().layers().size()
                    != resolved.config().diffIds().size()) {
                throw Locations.failure(
                        FailureClass.REGISTRY,
                        wantedBy,
                        "image \"%s\" is broken: its manifest has %d layers, its config %d; push it anew"
                                .formatted(
                                        name,
                                        resolved.manifest().layers().size(),
                                        resolved.config().diffIds().size()));
            }
            BaseImage image = new BaseImage(name, resolved);
            found.put(key, image);
            return image;
        } catch (IOException e) {
            throw Locations.failure(
                    FailureClass.REGISTRY, wantedBy, "image \"%s\": %s".formatted(name, e.getMessage()), e);
        }
    }

    /** Every image that was looked up, in the order of names. */
    synchronized List<BuiltImage.Material> materials() {
        return found.entrySet().stream()
                .map(each -> new BuiltImage.Material(
                        each.getKey().reference().toString(),
                        each.getValue()
                                .resolved()
                                .index()
                                .map(ImageIndex::digest)
                                .orElseGet(() ->
                                        each.getValue().resolved().manifest().digest()),
                        each.getKey().platform()))
                .sorted(Comparator.comparing(BuiltImage.Material::name))
                .toList();
    }
}
