package dev.slipway.cli;

import dev.slipway.publish.PublishRequest;
import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the flags say about where the image goes. */
final class PublishFromFlags {
    private final GivenFlags flags;
    private final Path workingDirectory;

    PublishFromFlags(GivenFlags flags, Path workingDirectory) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
    }

    PublishRequest request() throws UsageException {
        boolean push = !flags.on(OutputFlags.NO_PUSH);
        List<ImageReference> destinations = new ArrayList<>();
        for (String text : flags.values(OutputFlags.DESTINATION)) {
            try {
                destinations.add(ImageReference.parse(text));
            } catch (IllegalArgumentException notAName) {
                throw new UsageException("--destination " + notAName.getMessage());
            }
        }
        if (push && destinations.isEmpty()) {
            throw new UsageException("--destination is missing: say where to push the image, or --no-push");
        }
        return new PublishRequest(
                destinations,
                push,
                file(OutputFlags.TAR_PATH),
                file(OutputFlags.OCI_LAYOUT_PATH),
                file(OutputFlags.DIGEST_FILE),
                file(OutputFlags.IMAGE_NAME_WITH_DIGEST_FILE),
                file(OutputFlags.IMAGE_NAME_TAG_WITH_DIGEST_FILE),
                flags.number(RegistryFlags.PUSH_RETRY, 0),
                flags.on(RegistryFlags.PUSH_IGNORE_IMMUTABLE_TAG_ERRORS),
                !flags.on(RegistryFlags.SKIP_PUSH_PERMISSION_CHECK));
    }

    private Optional<Path> file(Flag flag) throws UsageException {
        Optional<String> text = flags.value(flag);
        if (text.filter(path -> path.startsWith("gs://") || path.startsWith("s3://"))
                .isPresent()) {
            throw new UsageException(
                    "%s \"%s\": buckets are not supported yet: name a file".formatted(flag, text.get()));
        }
        return text.map(workingDirectory::resolve);
    }
}
