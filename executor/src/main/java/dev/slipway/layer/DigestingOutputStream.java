package dev.slipway.layer;

import dev.slipway.image.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Gathers small writes, and digests what passes in pieces that are worth the call. */
final class DigestingOutputStream extends OutputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;
    private final MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long writtenBytes;

    DigestingOutputStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > buffer.length - buffered) {
            flush();
        }
        if (length >= buffer.length) {
            pass(bytes, offset, length);
        } else {
            System.arraycopy(bytes, offset, buffer, buffered, length);
            buffered += length;
        }
    }

    @Override
    public void flush() throws IOException {
        int length = buffered;
        buffered = 0;
        pass(buffer, 0, length);
    }

    private void pass(byte[] bytes, int offset, int length) throws IOException {
        hash.update(bytes, offset, length);
        out.write(bytes, offset, length);
        writtenBytes += length;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    /** The hash of everything flushed; ends the digesting. */
    byte[] hash() {
        return hash.digest();
    }
}
