package dev.slipway.publish;

import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where an image shall go, as the output flags say.
 *
 * @param destinations {@code --destination}; they name what is in the tar, too, under {@code --no-push}
 * @param push not {@code --no-push}
 * @param tarPath {@code --tar-path}
 * @param ociLayoutPath {@code --oci-layout-path}
 * @param digestFile {@code --digest-file}
 * @param imageNameWithDigestFile {@code --image-name-with-digest-file}
 * @param imageNameTagWithDigestFile {@code --image-name-tag-with-digest-file}
 * @param pushRetries {@code --push-retry}
 * @param ignoreImmutableTagErrors {@code --push-ignore-immutable-tag-errors}
 * @param checkPermission not {@code --skip-push-permission-check}
 */
public record PublishRequest(
        List<ImageReference> destinations,
        boolean push,
        Optional<Path> tarPath,
        Optional<Path> ociLayoutPath,
        Optional<Path> digestFile,
        Optional<Path> imageNameWithDigestFile,
        Optional<Path> imageNameTagWithDigestFile,
        int pushRetries,
        boolean ignoreImmutableTagErrors,
        boolean checkPermission) {

    public PublishRequest {
        destinations = List.copyOf(destinations);
        if (pushRetries < 0) {
            throw new IllegalArgumentException("--push-retry is %d, below 0".formatted(pushRetries));
        }
    }

    /** A push to {@code destinations} and nothing else. */
    public static PublishRequest to(ImageReference... destinations) {
        return new PublishRequest(
                List.of(destinations),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                false,
                true);
    }
}
