package dev.slipway.build;

import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Expander;
import dev.slipway.dockerfile.FromInstruction;
import dev.slipway.dockerfile.Stage;
import dev.slipway.image.Platform;
import dev.slipway.layer.BlobStore;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Brings base images into a content store before the builds that need them, as kaniko's warmer does. */
public final class Warmer {
    private final RegistryClient registries;
    private final BlobStore blobs;
    private final ProgressListener progress;
    private final boolean anew;

    /**
     * A warmer of one store.
     *
     * @param anew whether what is there already is fetched once more
     */
    public Warmer(RegistryClient registries, BlobStore blobs, ProgressListener progress, boolean anew) {
        this.registries = registries;
        this.blobs = blobs;
        this.progress = progress;
        this.anew = anew;
    }

    /** An image to fetch. */
    public record Wanted(ImageReference reference, Platform platform) {}

    /** The images that a Dockerfile's stages are built on, whether a target needs them or not. */
    public static List<Wanted> basesOf(Path file, Map<String, String> arguments, Platform platform)
            throws BuildException, DockerfileException {
        Dockerfile dockerfile;
        try {
            dockerfile = Dockerfile.parse(file.toString(), Files.readAllBytes(file));
        } catch (IOException unreadable) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "the Dockerfile \"%s\" can't be read: %s".formatted(file, unreadable.getMessage()),
                    unreadable);
        }
        Platform host = Platform.host();
        GlobalArguments globals = GlobalArguments.of(dockerfile, arguments, host, platform, "default");
        Expander expander = new Expander(globals.values(), dockerfile.escape());
        List<Wanted> bases = new ArrayList<>();
        Set<String> stages = new HashSet<>(Set.of("scratch"));
        for (Stage stage : dockerfile.stages()) {
            FromInstruction from = stage.from().expand(expander);
            if (!stages.contains(from.image().toLowerCase(Locale.ROOT))) {
                bases.add(wanted(from, platform, host));
            }
            stage.name().ifPresent(name -> stages.add(name.toLowerCase(Locale.ROOT)));
        }
        return bases;
    }

    private static Wanted wanted(FromInstruction from, Platform platform, Platform host) throws BuildException {
        try {
            return new Wanted(
                    ImageReference.parse(from.image()),
                    from.platform().isPresent() ? Platform.parse(from.platform().get(), host) : platform);
        } catch (IllegalArgumentException refused) {
            throw Locations.failure(
                    FailureClass.DOCKERFILE, from.source(), String.valueOf(refused.getMessage()), refused);
        }
    }

    /**
     * Fetches manifest, config and layers of each. One that fails is warned of, and the others are still fetched.
     *
     * @throws IOException where every single one failed
     */
    public void warm(List<Wanted> images) throws IOException {
        int failed = 0;
        IOException last = null;
        for (Wanted image : images) {
            try {
                warm(image);
            } catch (IOException failure) {
                progress.warn("\"%s\" is not in the cache: %s".formatted(image.reference(), failure.getMessage()));
                failed++;
                last = failure;
            }
        }
        if (last != null && failed == images.size()) {
            throw last;
        }
    }

    private void warm(Wanted wanted) throws IOException {
        Resolved resolved = registries.resolve(wanted.reference(), wanted.platform(), new StoredDocuments(blobs));
        BaseImage image = BaseImage.of(wanted.reference().toString(), resolved);
        if (anew) {
            for (StageLayer layer : image.layers()) {
                blobs.remove(layer.descriptor().digest());
            }
        }
        try (BaseLayers layers = new BaseLayers(registries, blobs, progress, 0)) {
            layers.fetch(image.layers());
        }
        progress.info("\"%s\" for %s is in the cache: %s, %d layers"
                .formatted(
                        wanted.reference(),
                        wanted.platform(),
                        resolved.manifest().digest(),
                        image.layers().size()));
    }
}
