package dev.slipway.archive.tar;

import java.io.IOException;

/** A tar archive that can't be read, or an entry that can't be written; the message names the entry. */
public final class TarException extends IOException {
    private static final long serialVersionUID = 1L;

    public TarException(String message) {
        super(message);
    }
}
