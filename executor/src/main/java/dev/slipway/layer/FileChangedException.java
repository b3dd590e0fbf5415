package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.io.IOException;

/** A file became longer or shorter while it was read, after its length had been written down. */
final class FileChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    FileChangedException(PathBytes path, long expectedBytes, String what) {
        super("\"/" + path + "\" had " + expectedBytes + " bytes and " + what + " while it was written to a layer");
    }
}
