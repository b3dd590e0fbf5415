package dev.slipway.image;

import java.io.IOException;

/** A manifest, index or config that isn't what it must be; the message says which one, what is wrong and where. */
public final class ImageFormatException extends IOException {
    private static final long serialVersionUID = 1;

    public ImageFormatException(String message) {
        super(message);
    }

    public ImageFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
