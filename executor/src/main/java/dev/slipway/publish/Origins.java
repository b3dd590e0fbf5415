package dev.slipway.publish;

import java.util.List;
import java.util.Optional;

/**
 * Where an image comes from, for the results that tell so.
 *
 * @param gitUrl of a git context
 * @param gitCommit of a git context
 * @param baseImages {@code NAME@DIGEST} of every image that the build used
 */
public record Origins(Optional<String> gitUrl, Optional<String> gitCommit, List<String> baseImages) {
    /** Nothing is known. */
    public static final Origins UNKNOWN = new Origins(Optional.empty(), Optional.empty(), List.of());

    public Origins {
        baseImages = List.copyOf(baseImages);
    }
}
