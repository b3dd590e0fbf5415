package dev.slipway.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of some bytes by their hash (OCI image-spec, "Digests").
 *
 * <p>What we make is named by SHA-256; SHA-512 is understood where others use it.
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {

    /** The hash functions that the specification registers. */
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String prefix;
        private final String javaName;
        private final int hexLength;

        Algorithm(String prefix, String javaName, int hexLength) {
            this.prefix = prefix;
            this.javaName = javaName;
            this.hexLength = hexLength;
        }

        /** A fresh hash to feed with bytes. */
        public MessageDigest newHash() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this Java has no " + javaName, e);
            }
        }

        @Override
        public String toString() {
            return prefix;
        }
    }

    public Digest {
        if (hex.length() != algorithm.hexLength || !isLowerHex(hex)) {
            throw new IllegalArgumentException(
                    "\"%s\" is not %d lower-case hexadecimal digits".formatted(hex, algorithm.hexLength));
        }
    }

    /** Reads {@code sha256:…} or {@code sha512:…}; anything else is an {@link IllegalArgumentException}. */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        String prefix = colon < 0 ? "" : text.substring(0, colon);
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.prefix.equals(prefix)) {
                String hex = text.substring(colon + 1);
                if (hex.length() == algorithm.hexLength && isLowerHex(hex)) {
                    return new Digest(algorithm, hex);
                }
            }
        }
        throw new IllegalArgumentException(
                "\"%s\" is not a digest; sha256:… with 64 or sha512:… with 128 lower-case hexadecimal digits is one"
                        .formatted(text));
    }

    /** The SHA-256 digest of {@code content}. */
    public static Digest of(byte[] content) {
        return ofHash(Algorithm.SHA256, Algorithm.SHA256.newHash().digest(content));
    }

    /** The digest whose hash has been computed already. */
    public static Digest ofHash(Algorithm algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    /** Whether {@code content} is what this digest names. */
    public boolean matches(byte[] content) {
        return equals(ofHash(algorithm, algorithm.newHash().digest(content)));
    }

    /** The first twelve digits, for log lines. */
    public String abbreviated() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }

    private static boolean isLowerHex(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
