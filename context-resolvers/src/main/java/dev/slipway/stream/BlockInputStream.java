package dev.slipway.stream;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that is read in blocks: whoever asks for a single byte gets a block of one. The reading of blocks, which
 * {@link InputStream} would do byte by byte, is left to the class below.
 */
public abstract class BlockInputStream extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] into, int offset, int length) throws IOException;
}
