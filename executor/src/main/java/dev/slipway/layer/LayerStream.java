package dev.slipway.layer;

import dev.slipway.archive.ArchiveException;
import dev.slipway.archive.Compression;
import dev.slipway.archive.tar.TarException;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tar of a layer's blob, decompressed by what its first bytes say (the media type may lie) and digested twice on the
 * way: as it comes, for the blob's digest, and as it goes, for the diffID. {@link #verify} says whether both are right;
 * until then nothing that was read is to be trusted.
 */
public final class LayerStream extends BlockInputStream {
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
        drainBlob(rest);
        if (blob.bytes != descriptor.sizeBytes()) {
            throw notItsOwn("should have " + descriptor.sizeBytes() + " bytes, but " + blob.bytes + " came", null);
        }
        Digest actual = Digest.ofHash(descriptor.digest().algorithm(), blob.hash.digest());
        if (!actual.equals(descriptor.digest())) {
            throw notItsOwn("is not what its digest says, but " + actual, null);
        }
        DiffId unpackedId = new DiffId(Digest.ofHash(
                diffId.map(id -> id.digest().algorithm()).orElse(Digest.Algorithm.SHA256), hash.digest()));
        if (diffId.isPresent() && !diffId.get().equals(unpackedId)) {
            throw wrong("unpacks to " + unpackedId + ", but the image's config says " + diffId.get());
        }
        return unpackedId;
    }

    /**
     * Tells what a failure to make sense of the tar comes from: the blob itself, or bytes that aren't the blob's, which
     * a machine that crashed leaves behind. Reads the blob to its end.
     */
    public IOException explain(IOException failure) throws IOException {
        boolean isOfTheTar = failure instanceof TarException
                || failure instanceof LayerException known && known.kind() == LayerException.Kind.LAYER;
        if (blob.failed
                || !isOfTheTar
                || failure instanceof LayerException known
                        && known.damagedBlob().isPresent()) {
            return failure;
        }
        drainBlob(new byte[DRAIN_BYTES]);
        Digest actual = Digest.ofHash(descriptor.digest().algorithm(), blob.hash.digest());
        return actual.equals(descriptor.digest())
                ? failure
                : notItsOwn("is not what its digest says, but " + actual + " (" + failure.getMessage() + ")", failure);
    }

    private void drainBlob(byte[] sink) throws IOException {
        while (blob.read(sink, 0, sink.length) >= 0) {
            continue;
        }
    }

    private LayerException notItsOwn(String what, @Nullable Throwable cause) {
        return LayerException.damaged(descriptor.digest(), "layer " + descriptor.digest() + " " + what, cause);
    }

    private LayerException wrong(String what) {
        return new LayerException(LayerException.Kind.LAYER, "layer " + descriptor.digest() + " " + what);
    }

    private static LayerException damaged(Descriptor descriptor, Compression compression, IOException e) {
        return LayerException.damaged(
                descriptor.digest(),
                "layer " + descriptor.digest() + ": its " + compression + " data is damaged or cut off ("
                        + e.getMessage() + ")",
                e);
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
    }

    private static final class Digesting extends BlockInputStream {
        private final InputStream in;
        private final MessageDigest hash;
        private long bytes;
        private boolean failed;

        Digesting(InputStream in, Digest.Algorithm algorithm) {
            this.in = in;
            this.hash = algorithm.newHash();
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
