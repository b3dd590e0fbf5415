package dev.slipway.archive;

import java.io.IOException;

/** An archive that isn't one, is damaged, or wants what it may not; the message names the entry where there is one. */
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    public ArchiveException(String message) {
        super(message);
    }

    public ArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
