package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.Publication;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Publisher;
import dev.slipway.publish.SavedImage;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Path;

/** Pushes what {@code --tar-path} or {@code --oci-layout-path} has written, byte for byte, without building anything. */
final class PushCommand implements Command {

    private final Surroundings here;
    private final Path path;

    /** For the image at {@code path}. */
    PushCommand(Surroundings here, Path path) {
        this.here = here;
        this.path = path;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        PublishRequest request = new PublishFromFlags(flags, here.directory()).push();
        return new Running(progress, here.clock()).run(() -> {
            Publication publication = SavedImage.read(path);
            try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                    OpenedBuckets buckets = OpenedBuckets.of(request, flags.environment(), registries.network())) {
                Publisher publisher = new Publisher(registries, new PublishEvents(progress), buckets);
                if (request.destinations().size() > 1) {
                    // One destination says so itself, before anything has been sent.
                    publisher.checkPermission(request);
                }
                publisher.publish(publication, request);
            }
        });
    }
}
