package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.DocumentStore;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The images that a build names, each looked up once per platform; their layers stay where they are until needed. */
final class BaseImages {
    private final RegistryClient registries;
    private final DocumentStore documents;
    private final ProgressListener progress;
    private final int retries;
    private final Map<Key, BaseImage> found = new HashMap<>();

    /** An image for a platform; the name is that of materials: a reference, or that of a layout. */
    private record Key(String name, Platform platform) {}

    /**
     * None yet.
     *
     * @param retries {@code --image-download-retry}, on top of the client's own patience with what passes
     */
    BaseImages(RegistryClient registries, DocumentStore documents, ProgressListener progress, int retries) {
        this.registries = registries;
        this.documents = documents;
        this.progress = progress;
        this.retries = retries;
    }

    /** The config of an image that was looked up before. */
    synchronized ImageConfig known(ImageReference reference, Platform platform) throws IOException {
        BaseImage image = found.get(new Key(reference.toString(), platform));
        if (image == null) {
            throw new IOException("nothing that is built needs it");
        }
        return image.config();
    }

    /** The image for a platform: manifest and config. */
    synchronized BaseImage resolve(Base.OfImage named, Platform platform, InstructionSource wantedBy)
            throws BuildException {
        return named.layout().isPresent()
                ? resolve(named.name(), named.layout().get(), platform, wantedBy)
                : resolve(named.name(), platform, wantedBy);
    }

    private BaseImage resolve(String name, Platform platform, InstructionSource wantedBy) throws BuildException {
        ImageReference reference;
        try {
            reference = ImageReference.parse(name);
        } catch (IllegalArgumentException e) {
            throw Locations.failure(FailureClass.DOCKERFILE, wantedBy, "\"%s\": %s".formatted(name, e.getMessage()), e);
        }
        return once(
                name,
                new Key(reference.toString(), platform),
                () -> look(name, reference, platform),
                FailureClass.REGISTRY,
                wantedBy);
    }

    private BaseImage look(String name, ImageReference reference, Platform platform) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                return BaseImage.of(name, registries.resolve(reference, platform, documents));
            } catch (RegistryException e) {
                if (attempt >= retries) {
                    throw e;
                }
                progress.warn("image \"%s\": %s; trying again".formatted(name, e.getMessage()));
            }
        }
    }

    private BaseImage resolve(String name, LayoutImage layout, Platform platform, InstructionSource wantedBy)
            throws BuildException {
        return once(
                name,
                new Key(LayoutImage.SCHEME + name, platform),
                () -> layout.read(name, platform),
                FailureClass.CONTEXT,
                wantedBy);
    }

    /** Looks an image up. */
    @FunctionalInterface
    private interface LookUp {
        BaseImage find() throws IOException;
    }

    private BaseImage once(String name, Key key, LookUp lookUp, FailureClass failure, InstructionSource wantedBy)
            throws BuildException {
        BaseImage known = found.get(key);
        if (known != null) {
            return known;
        }
        try {
            BaseImage image = lookUp.find();
            int layers = image.manifest().layers().size();
            int diffIds = image.config().diffIds().size();
            if (layers != diffIds) {
                throw Locations.failure(
                        failure,
                        wantedBy,
                        "image \"%s\" is broken: its manifest has %d layers, its config %d; push it anew"
                                .formatted(name, layers, diffIds));
            }
            found.put(key, image);
            return image;
        } catch (IOException e) {
            throw Locations.failure(failure, wantedBy, "image \"%s\": %s".formatted(name, e.getMessage()), e);
        }
    }

    /** Every image that was looked up, in the order of names. */
    synchronized List<BuiltImage.Material> materials() {
        return found.entrySet().stream()
                .map(each -> new BuiltImage.Material(
                        each.getKey().name(),
                        each.getValue().digest(),
                        each.getKey().platform()))
                .sorted(Comparator.comparing(BuiltImage.Material::name))
                .toList();
    }
}
