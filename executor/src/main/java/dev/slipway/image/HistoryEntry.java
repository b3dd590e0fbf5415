package dev.slipway.image;

import java.time.Instant;
import java.util.Optional;

/**
 * One line of an image's history (OCI image-spec, "Image Configuration", history).
 *
 * @param createdBy the instruction, as {@code docker history} shows it; texts are empty where there is none
 * @param emptyLayer whether the instruction made no layer
 */
public record HistoryEntry(
        Optional<Instant> created, String createdBy, String author, String comment, boolean emptyLayer) {

    /** What BuildKit puts into the comment of its entries, and so do we: tools look for it. */
    public static final String BUILDKIT_COMMENT = "buildkit.dockerfile.v0";

    /** An entry for an instruction of a Dockerfile. */
    public static HistoryEntry of(Instant created, String createdBy, boolean emptyLayer) {
        return new HistoryEntry(Optional.of(created), createdBy, "", BUILDKIT_COMMENT, emptyLayer);
    }

    public HistoryEntry withCreated(Instant other) {
        return new HistoryEntry(Optional.of(other), createdBy, author, comment, emptyLayer);
    }
}
