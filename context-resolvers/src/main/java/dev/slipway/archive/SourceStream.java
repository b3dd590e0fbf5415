package dev.slipway.archive;

import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes of an archive, and remembers whether it was reading them that failed or making sense of them. */
final class SourceStream extends BlockInputStream {
    private final InputStream in;
    private final boolean closesSource;
    private long readBytes;
    private boolean failed;

    SourceStream(InputStream in, boolean closesSource) {
        this.in = in;
        this.closesSource = closesSource;
    }

    long readBytes() {
        return readBytes;
    }

    boolean failed() {
        return failed;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int read = in.read(bytes, offset, length);
            readBytes += Math.max(0, read);
            return read;
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (closesSource) {
            in.close();
        }
    }
}
