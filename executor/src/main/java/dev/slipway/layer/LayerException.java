package dev.slipway.layer;

import dev.slipway.image.Digest;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A layer that can't be written or applied; the message names the entry. */
public final class LayerException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is, in the classes that exit codes tell apart (DESIGN 3.9). */
    public enum Kind {
        /** The layer: malformed, another one than its digest says, or not to be written down (1). */
        LAYER,
        /** This machine: a capability, a file system or space is missing (71). */
        ENVIRONMENT
    }

    private final Kind kind;
    private final transient @Nullable Digest damagedBlob;

    public LayerException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.damagedBlob = null;
    }

    public LayerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.damagedBlob = null;
    }

    private LayerException(Kind kind, @Nullable Digest damagedBlob, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.damagedBlob = damagedBlob;
    }

    /** The bytes that were read are not those of the blob. */
    static LayerException damaged(Digest blob, String message, @Nullable Throwable cause) {
        return new LayerException(Kind.LAYER, blob, message, cause);
    }

    /** The same failure, told with where it happened. */
    LayerException at(String place) {
        return new LayerException(kind, damagedBlob, place + ": " + getMessage(), this);
    }

    /** The blob whose bytes are not its own, where that is what is wrong: another copy of it may be good. */
    public Optional<Digest> damagedBlob() {
        return Optional.ofNullable(damagedBlob);
    }

    public Kind kind() {
        return kind;
    }
}
