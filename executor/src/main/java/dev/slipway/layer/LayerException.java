package dev.slipway.layer;

import java.io.IOException;

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

    public LayerException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public LayerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
