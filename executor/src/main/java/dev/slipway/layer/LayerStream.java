package dev.slipway.layer;

import dev.slipway.archive.ArchiveException;
import dev.slipway.archive.Compression;
import dev.slipway.archive.tar.TarException;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;

/**
 * The tar of a layer's blob, decompressed by what its first bytes say (the media type may lie) and digested twice on the
 * way: as it comes, for the blob's digest, and as it goes, for the diffID. {@link #verify} says whether both are right;
 * until then nothing that was read is to be trusted.
 */
public final class LayerStream extends InputStream {
    private static final int DRAIN_BYTES = 1 << 16;

    private final Digesting blob;
    private final InputStream unpacked;
    private final Compression compression;
    private final MessageDigest hash;
    private final Descriptor descriptor;
    private final Optional<DiffId> diffId;
    private long unpackedBytes;

    private LayerStream(
            Digesting blob,
            InputStream unpacked,
            Compression compression,
            Descriptor descriptor,
            Optional<DiffId> diffId) {
        this.blob = blob;
        this.unpacked = unpacked;
        this.compression = compression;
        this.descriptor = descriptor;
        this.diffId = diffId;
        this.hash = diffId.map(id -> id.digest().algorithm())
                .orElse(Digest.Algorithm.SHA256)
                .newHash();
    }

    /**
     * Begins to read a blob.
     *
     * @param diffId what the tar must be, where the image's config is known
     */
    public static LayerStream open(InputStream blob, Descriptor descriptor, Optional<DiffId> diffId)
            throws IOException {
        Digesting digesting = new Digesting(blob, descriptor.digest().algorithm());
        Compression.Detected detected = Compression.detect(digesting);
        try {
            return new LayerStream(
                    digesting,
                    detected.compression().decompress(detected.stream()),
                    detected.compression(),
                    descriptor,
                    diffId);
        } catch (IOException e) {
            throw digesting.failed ? e : damaged(descriptor, detected.compression(), e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        int read;
        try {
            read = unpacked.read(into, offset, length);
        } catch (IOException e) {
            throw blob.failed || e instanceof TarException || e instanceof ArchiveException
                    ? e
                    : damaged(descriptor, compression, e);
        }
        if (read > 0) {
            hash.update(into, offset, read);
            unpackedBytes += read;
        }
        return read;
    }

    /** How many bytes of tar have been read. */
    public long unpackedBytes() {
        return unpackedBytes;
    }

    /** Reads what is left, and holds both digests against what they should be. */
    public DiffId verify() throws IOException {
        byte[] rest = new byte[DRAIN_BYTES];
        while (read(rest, 0, rest.length) >= 0) {
            continue;
        }
        // A decompressor may stop before the blob does.
        while (blob.read(rest, 0, rest.length) >= 0) {
            continue;
        }
        if (blob.bytes != descriptor.sizeBytes()) {
            throw wrong("should have " + descriptor.sizeBytes() + " bytes, but " + blob.bytes + " came");
        }
        Digest actual = Digest.ofHash(descriptor.digest().algorithm(), blob.hash.digest());
        if (!actual.equals(descriptor.digest())) {
            throw wrong("is not what its digest says, but " + actual);
        }
        DiffId unpackedId = new DiffId(Digest.ofHash(
                diffId.map(id -> id.digest().algorithm()).orElse(Digest.Algorithm.SHA256), hash.digest()));
        if (diffId.isPresent() && !diffId.get().equals(unpackedId)) {
            throw wrong("unpacks to " + unpackedId + ", but the image's config says " + diffId.get());
        }
        return unpackedId;
    }

    private LayerException wrong(String what) {
        return new LayerException(LayerException.Kind.LAYER, "layer " + descriptor.digest() + " " + what);
    }

    private static LayerException damaged(Descriptor descriptor, Compression compression, IOException e) {
        return new LayerException(
                LayerException.Kind.LAYER,
                "layer " + descriptor.digest() + ": its " + compression + " data is damaged or cut off ("
                        + e.getMessage() + ")",
                e);
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
    }

    private static final class Digesting extends InputStream {
        private final InputStream in;
        private final MessageDigest hash;
        private long bytes;
        private boolean failed;

        Digesting(InputStream in, Digest.Algorithm algorithm) {
            this.in = in;
            this.hash = algorithm.newHash();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                int read = in.read(into, offset, length);
                if (read > 0) {
                    hash.update(into, offset, read);
                    bytes += read;
                }
                return read;
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
