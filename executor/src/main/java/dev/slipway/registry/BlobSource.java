package dev.slipway.registry;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a blob to push. Opened again, further in, when an upload breaks off and is resumed. */
@FunctionalInterface
public interface BlobSource {

    /** The bytes from {@code offset} to the end. */
    InputStream open(long offset) throws IOException;
}
