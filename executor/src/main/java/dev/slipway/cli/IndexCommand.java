package dev.slipway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.Annotations;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Publisher;
import dev.slipway.publish.PushedImages;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Puts images that were built and pushed one platform at a time under one name. */
final class IndexCommand implements Command {

    private final Surroundings here;

    IndexCommand(Surroundings here) {
        this.here = here;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        PublishRequest request = new PublishFromFlags(flags, here.directory()).push();
        Annotations annotations = new RequestFromFlags(flags, here.directory()).annotations();
        try {
            annotations.requireOfIndexOnly();
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
        List<ImageReference> images = images(flags);
        return new Running(progress, here.clock()).run(() -> {
            try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                    OpenedBuckets buckets = OpenedBuckets.of(request, flags.environment(), registries.network())) {
                Publisher publisher = new Publisher(registries, new PublishEvents(progress), buckets);
                publisher.checkPermission(request);
                try {
                    publisher.publish(new PushedImages(registries, annotations).indexOf(images), request);
                } catch (IllegalArgumentException refused) {
                    throw new UsageException(String.valueOf(refused.getMessage()));
                }
            }
        });
    }

    private List<ImageReference> images(GivenFlags flags) throws UsageException {
        List<ImageReference> images = new ArrayList<>();
        for (String text : flags.values(IndexFlags.IMAGE)) {
            images.add(reference(IndexFlags.IMAGE, text));
        }
        for (String file : flags.values(IndexFlags.IMAGE_METADATA_FILE)) {
            images.add(ofMetadata(file));
        }
        if (images.isEmpty()) {
            throw new UsageException("--image is missing: name the images that the index shall have, one a platform");
        }
        return images;
    }

    private static ImageReference reference(Flag flag, String text) throws UsageException {
        try {
            return ImageReference.parse(text);
        } catch (IllegalArgumentException notAName) {
            throw new UsageException("%s %s".formatted(flag, notAName.getMessage()));
        }
    }

    /** The first name of a build's {@code --metadata-file}, at its digest. */
    private ImageReference ofMetadata(String file) throws UsageException {
        JsonNode metadata;
        try {
            metadata = new JsonMapper()
                    .readTree(Files.readAllBytes(here.directory().resolve(file)));
        } catch (JsonProcessingException notJson) {
            throw new UsageException("%s \"%s\" is not JSON: name what --metadata-file wrote"
                    .formatted(IndexFlags.IMAGE_METADATA_FILE, file));
        } catch (IOException unreadable) {
            throw new UsageException("%s \"%s\" can't be read: %s"
                    .formatted(IndexFlags.IMAGE_METADATA_FILE, file, Failures.reason(unreadable)));
        }
        String name = metadata.path("image.name").asText().split(",")[0];
        String digest = metadata.path("containerimage.digest").asText();
        if (name.isEmpty() || digest.isEmpty()) {
            throw new UsageException(
                    "%s \"%s\" has no image.name and containerimage.digest: name what --metadata-file wrote for an image that was pushed"
                            .formatted(IndexFlags.IMAGE_METADATA_FILE, file));
        }
        return reference(IndexFlags.IMAGE_METADATA_FILE, name + "@" + digest);
    }
}
