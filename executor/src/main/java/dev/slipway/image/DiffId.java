package dev.slipway.image;

/**
 * The digest of a layer's uncompressed tar (OCI image-spec, "Layer DiffID").
 *
 * <p>A type of its own, so that it is never taken for the digest of the blob, which names the compressed bytes.
 */
public record DiffId(Digest digest) implements Comparable<DiffId> {

    /** Reads {@code sha256:…}; anything else is an {@link IllegalArgumentException}. */
    public static DiffId parse(String text) {
        return new DiffId(Digest.parse(text));
    }

    /** The digest's digits without the algorithm, as our directories are named. */
    public String hex() {
        return digest.hex();
    }

    @Override
    public int compareTo(DiffId other) {
        return digest.compareTo(other.digest);
    }

    @Override
    public String toString() {
        return digest.toString();
    }
}
