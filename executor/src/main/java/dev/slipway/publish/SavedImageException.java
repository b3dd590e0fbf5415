package dev.slipway.publish;

import java.io.IOException;

/** A file or directory that should hold an image holds none, or a broken one. */
public final class SavedImageException extends IOException {
    private static final long serialVersionUID = 1;

    SavedImageException(String message) {
        super(message);
    }

    SavedImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
