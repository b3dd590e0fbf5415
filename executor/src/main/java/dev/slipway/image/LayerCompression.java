package dev.slipway.image;

/** How a layer's tar is packed into its blob; part of the layer's media type. */
public enum LayerCompression {
    NONE,
    GZIP,
    ZSTD
}
