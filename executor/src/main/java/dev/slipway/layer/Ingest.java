package dev.slipway.layer;

import dev.slipway.image.Digest;
import dev.slipway.posix.Errno;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import dev.slipway.stream.BlockOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Optional;

/** A blob being written: digested on the way, and gone when it is closed without a {@code commit}. */
public final class Ingest extends BlockOutputStream {
    private static final int BLOCK_BYTES = 1 << 18;

    private final BlobStore store;
    private final PathBytes temporary;
    private final OpenFile file;
    private final Optional<MessageDigest> hash;
    private long writtenBytes;
    private boolean settled;

    /**
     * @param hashed whether the digest is taken; not where somebody else has done so
     */
    Ingest(BlobStore store, PathBytes temporary, OpenFile file, boolean hashed) {
        super(BLOCK_BYTES);
        this.hash = hashed ? Optional.of(Digest.Algorithm.SHA256.newHash()) : Optional.empty();
        this.store = store;
        this.temporary = temporary;
        this.file = file;
    }

    @Override
    protected void pass(byte[] bytes, int offset, int length) throws IOException {
        hash.ifPresent(digest -> digest.update(bytes, offset, length));
        try {
            file.write(bytes, offset, length);
        } catch (PosixException e) {
            if (e.is(Errno.ENOSPC) || e.is(Errno.EDQUOT)) {
                throw new LayerException(
                        LayerException.Kind.ENVIRONMENT,
                        "no space left in the content store \"" + store + "\" after " + writtenBytes
                                + " bytes of a blob: free some, or choose a larger volume with --slipway-dir or"
                                + " --cache-dir",
                        e);
            }
            throw e;
        }
        writtenBytes += length;
    }

    public long writtenBytes() {
        return writtenBytes + gathered();
    }

    /** Puts the blob into the store under the SHA-256 of what was written. */
    public Blob commit() throws IOException {
        flush();
        return publish(Digest.ofHash(Digest.Algorithm.SHA256, hash.orElseThrow().digest()));
    }

    /** Puts the blob into the store under a digest that was taken of these very bytes elsewhere. */
    Blob commitVerified(Digest digest, long expectedBytes) throws IOException {
        flush();
        checkLength(digest, expectedBytes);
        return publish(digest);
    }

    /** Puts the blob into the store if it is what it was expected to be. */
    public Blob commit(Digest expected, long expectedBytes) throws IOException {
        flush();
        checkLength(expected, expectedBytes);
        Digest actual = switch (expected.algorithm()) {
            case SHA256 ->
                Digest.ofHash(Digest.Algorithm.SHA256, hash.orElseThrow().digest());
            case SHA512 -> reread(Digest.Algorithm.SHA512);
        };
        if (!actual.equals(expected)) {
            throw new LayerException(
                    LayerException.Kind.LAYER, "blob " + expected + " is not what its digest says, but " + actual);
        }
        return publish(actual);
    }

    private void checkLength(Digest expected, long expectedBytes) throws LayerException {
        if (writtenBytes != expectedBytes) {
            throw new LayerException(
                    LayerException.Kind.LAYER,
                    "blob " + expected + " should have " + expectedBytes + " bytes, but " + writtenBytes + " came");
        }
    }

    /** Few blobs are named by anything but SHA-256, so the others are read again rather than all hashed twice. */
    private Digest reread(Digest.Algorithm algorithm) throws IOException {
        MessageDigest other = algorithm.newHash();
        byte[] buffer = new byte[BLOCK_BYTES];
        long position = 0;
        for (int read = file.read(0, buffer, 0, buffer.length); read >= 0; ) {
            other.update(buffer, 0, read);
            position += read;
            read = file.read(position, buffer, 0, buffer.length);
        }
        return Digest.ofHash(algorithm, other.digest());
    }

    private Blob publish(Digest digest) throws IOException {
        // From here on it may be read, but not pruned before whoever asked for it holds it.
        file.lock(true);
        Blob blob = store.publish(temporary, digest, writtenBytes);
        settled = true;
        file.close();
        return blob;
    }

    @Override
    public void close() throws IOException {
        if (settled) {
            return;
        }
        settled = true;
        try {
            store.discard(temporary);
        } finally {
            file.close();
        }
    }
}
