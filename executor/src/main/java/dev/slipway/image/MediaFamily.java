package dev.slipway.image;

import java.util.Optional;

/**
 * The two families of media types. An image is written in one of them throughout: its base's, OCI on scratch, or what
 * {@code --image-format} says (DESIGN 3.7).
 */
public enum MediaFamily {
    DOCKER,
    OCI;

    /** The family that a manifest or index of {@code mediaType} belongs to; none for other documents. */
    public static Optional<MediaFamily> of(String mediaType) {
        return switch (mediaType) {
            case MediaTypes.DOCKER_MANIFEST, MediaTypes.DOCKER_INDEX, MediaTypes.DOCKER_CONFIG -> Optional.of(DOCKER);
            case MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX, MediaTypes.OCI_CONFIG -> Optional.of(OCI);
            default -> Optional.empty();
        };
    }

    public String index() {
        return switch (this) {
            case DOCKER -> MediaTypes.DOCKER_INDEX;
            case OCI -> MediaTypes.OCI_INDEX;
        };
    }

    public String manifest() {
        return switch (this) {
            case DOCKER -> MediaTypes.DOCKER_MANIFEST;
            case OCI -> MediaTypes.OCI_MANIFEST;
        };
    }

    public String config() {
        return switch (this) {
            case DOCKER -> MediaTypes.DOCKER_CONFIG;
            case OCI -> MediaTypes.OCI_CONFIG;
        };
    }

    /** Whether layers may be packed so: no Docker release before 23 reads zstd, and the format never named it. */
    public boolean allows(LayerCompression compression) {
        return this == OCI || compression != LayerCompression.ZSTD;
    }

    /** The media type of a layer packed with {@code compression}, which this family must allow. */
    public String layer(LayerCompression compression) {
        if (!allows(compression)) {
            throw new IllegalArgumentException("the docker image format has no layers packed with zstd");
        }
        return layer(compression, false);
    }

    private String layer(LayerCompression compression, boolean foreign) {
        return switch (this) {
            case DOCKER ->
                switch (compression) {
                    case NONE -> foreign ? MediaTypes.DOCKER_FOREIGN_LAYER : MediaTypes.DOCKER_LAYER;
                    case GZIP -> foreign ? MediaTypes.DOCKER_FOREIGN_LAYER_GZIP : MediaTypes.DOCKER_LAYER_GZIP;
                    case ZSTD -> MediaTypes.DOCKER_LAYER_ZSTD;
                };
            case OCI ->
                switch (compression) {
                    case NONE -> foreign ? MediaTypes.OCI_FOREIGN_LAYER : MediaTypes.OCI_LAYER;
                    case GZIP -> foreign ? MediaTypes.OCI_FOREIGN_LAYER_GZIP : MediaTypes.OCI_LAYER_GZIP;
                    case ZSTD -> foreign ? MediaTypes.OCI_FOREIGN_LAYER_ZSTD : MediaTypes.OCI_LAYER_ZSTD;
                };
        };
    }

    /** The same layer under this family's name for it; unknown media types stay as they are. */
    public Descriptor relabel(Descriptor layer) {
        boolean foreign = MediaTypes.isForeignLayer(layer.mediaType());
        return MediaTypes.compressionOf(layer.mediaType())
                .map(compression -> layer.withMediaType(layer(compression, foreign)))
                .orElse(layer);
    }
}
