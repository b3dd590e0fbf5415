package dev.slipway.layer;

import dev.slipway.image.LayerCompression;

/** How hard a layer's blob is compressed; kaniko's {@code --compression} and {@code --compression-level}. */
public sealed interface BlobCompression {
    /** gzip at the level that gzip and BuildKit use when nothing is said. */
    BlobCompression DEFAULT = new Gzip(6);

    /** What the media type says. */
    LayerCompression kind();

    /** The tar itself. */
    record None() implements BlobCompression {
        @Override
        public LayerCompression kind() {
            return LayerCompression.NONE;
        }
    }

    /** One gzip member. */
    record Gzip(int level) implements BlobCompression {
        public Gzip {
            if (level < 0 || level > 9) {
                throw new IllegalArgumentException("gzip has the levels 0 to 9, not " + level);
            }
        }

        @Override
        public LayerCompression kind() {
            return LayerCompression.GZIP;
        }
    }

    /** One zstd frame with its checksum. */
    record Zstd(int level) implements BlobCompression {
        public Zstd {
            if (level < 1 || level > 22) {
                throw new IllegalArgumentException("zstd has the levels 1 to 22, not " + level);
            }
        }

        @Override
        public LayerCompression kind() {
            return LayerCompression.ZSTD;
        }
    }
}
