package dev.slipway.layer;

import dev.slipway.image.Digest;
import dev.slipway.posix.OpenFile;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** A blob of a {@link BlobStore}, held by a shared lock until it is closed. Its streams may be read side by side. */
public final class Blob implements AutoCloseable {
    private final Digest digest;
    private final long sizeBytes;
    private final OpenFile file;

    Blob(Digest digest, long sizeBytes, OpenFile file) {
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.file = file;
    }

    public Digest digest() {
        return digest;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** The bytes from the beginning, unverified; the blob must stay open while they are read. */
    public InputStream openStream() {
        return openStream(0);
    }

    /** The bytes from a position on, as an upload that goes on needs them. */
    public InputStream openStream(long from) {
        return new BlockInputStream() {
            private long position = from;

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                Objects.checkFromIndexSize(offset, length, into.length);
                int read = file.read(position, into, offset, length);
                position += Math.max(0, read);
                return read;
            }
        };
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("could not close blob " + digest, e);
        }
    }

    @Override
    public String toString() {
        return digest + " (" + sizeBytes + " bytes)";
    }
}
