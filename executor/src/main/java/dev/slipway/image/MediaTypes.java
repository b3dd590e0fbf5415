package dev.slipway.image;

import java.util.Optional;

/**
 * The media types that manifests, configs and layers go by (OCI image-spec, "Media Types"; Docker image manifest
 * version 2, schema 2).
 */
public final class MediaTypes {
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    public static final String OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
    public static final String OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";
    public static final String OCI_FOREIGN_LAYER = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    public static final String OCI_FOREIGN_LAYER_GZIP = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    public static final String OCI_FOREIGN_LAYER_ZSTD = "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";

    public static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    public static final String DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public static final String DOCKER_LAYER_ZSTD = "application/vnd.docker.image.rootfs.diff.tar.zstd";
    public static final String DOCKER_FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    public static final String DOCKER_FOREIGN_LAYER_GZIP = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /** The config of an artifact that needs none: {@code {}}. */
    public static final String OCI_EMPTY = "application/vnd.oci.empty.v1+json";

    /** A statement about an image, as layers of attestation manifests hold it. */
    public static final String IN_TOTO = "application/vnd.in-toto+json";

    /** Docker's first format, which has neither a config nor diffIDs; we refuse it. */
    public static final String DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";

    public static final String DOCKER_SCHEMA_1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    private MediaTypes() {}

    /** Whether it names a list of manifests by platform. */
    public static boolean isIndex(String mediaType) {
        return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_INDEX);
    }

    /** Whether it names the manifest of one image. */
    public static boolean isManifest(String mediaType) {
        return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
    }

    public static boolean isSchema1(String mediaType) {
        return mediaType.equals(DOCKER_SCHEMA_1) || mediaType.equals(DOCKER_SCHEMA_1_SIGNED);
    }

    /** Whether it names a config that says how to run an image (and not, say, a Helm chart's). */
    public static boolean isImageConfig(String mediaType) {
        return mediaType.equals(OCI_CONFIG) || mediaType.equals(DOCKER_CONFIG);
    }

    /** Whether registries don't hold such a layer and its bytes come from the descriptor's URLs. */
    public static boolean isForeignLayer(String mediaType) {
        return switch (mediaType) {
            case OCI_FOREIGN_LAYER,
                    OCI_FOREIGN_LAYER_GZIP,
                    OCI_FOREIGN_LAYER_ZSTD,
                    DOCKER_FOREIGN_LAYER,
                    DOCKER_FOREIGN_LAYER_GZIP -> true;
            default -> false;
        };
    }

    /** How a layer of that media type is packed; none where the media type isn't a layer's. */
    public static Optional<LayerCompression> compressionOf(String mediaType) {
        return switch (mediaType) {
            case OCI_LAYER, OCI_FOREIGN_LAYER, DOCKER_LAYER, DOCKER_FOREIGN_LAYER -> Optional.of(LayerCompression.NONE);
            case OCI_LAYER_GZIP, OCI_FOREIGN_LAYER_GZIP, DOCKER_LAYER_GZIP, DOCKER_FOREIGN_LAYER_GZIP ->
                Optional.of(LayerCompression.GZIP);
            case OCI_LAYER_ZSTD, OCI_FOREIGN_LAYER_ZSTD, DOCKER_LAYER_ZSTD -> Optional.of(LayerCompression.ZSTD);
            default -> Optional.empty();
        };
    }
}
