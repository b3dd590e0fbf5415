package dev.slipway.layer;

import dev.slipway.image.Digest;
import dev.slipway.stream.BlockOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Gathers small writes, and digests what passes in pieces that are worth the call. */
final class DigestingOutputStream extends BlockOutputStream {
    private static final int BLOCK_BYTES = 1 << 16;

    private final OutputStream out;
    private final MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    private long writtenBytes;

    DigestingOutputStream(OutputStream out) {
        super(BLOCK_BYTES);
        this.out = out;
    }

    @Override
    protected void pass(byte[] bytes, int offset, int length) throws IOException {
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
