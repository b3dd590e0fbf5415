package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.Publication;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Publisher;
import dev.slipway.publish.SavedImage;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Pushes what {@code --tar-path} or {@code --oci-layout-path} has written, byte for byte, without building anything. */
final class PushCommand {
    static final List<Flag> FLAGS = FlagTable.flags(FlagTable.PUSH);

    private final Streams streams;
    private final Path workingDirectory;
    private final InstantSource clock;

    PushCommand(Streams streams, Path workingDirectory, InstantSource clock) {
        this.streams = streams;
        this.workingDirectory = workingDirectory;
        this.clock = clock;
    }

    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        if (arguments.isEmpty()
                || arguments.getFirst().isEmpty()
                || arguments.getFirst().startsWith("-")) {
            throw new UsageException(
                    "push: the image's path is missing: write push PATH --destination REF, where PATH is what --tar-path or --oci-layout-path wrote");
        }
        Path path = workingDirectory.resolve(arguments.getFirst());
        GivenFlags flags = new FlagParser(FLAGS).parse(arguments.subList(1, arguments.size()), environment);
        ProgressListener progress = Logging.listener(flags, streams.err(), clock);
        FlagReview.review(FLAGS, flags, progress);
        PublishRequest request = new PublishFromFlags(flags, workingDirectory).push();
        return new Running(progress, clock).run(() -> {
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
