package dev.slipway.rootfs;

import java.io.IOException;

/** A root filesystem that can't be made, used or snapshotted; the message says what would help. */
public final class RootfsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is, in the classes that exit codes tell apart (DESIGN 3.9). */
    public enum Kind {
        /** The Dockerfile or the image (1). */
        BUILD,
        /** This machine: a right, a file system or space is missing (71). */
        ENVIRONMENT,
        /** A flag (64). */
        USAGE
    }

    private final Kind kind;

    public RootfsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public RootfsException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
