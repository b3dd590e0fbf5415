/**
 * Image layers: a tree becomes a deterministic tar, its diffID, a compressed blob and its digest in one pass; a layer is
 * applied to a directory, or unpacked for an overlay, without ever being led outside of it. OCI image spec, "Image Layer
 * Filesystem Changeset". The tar codec itself is {@code dev.slipway.archive.tar}, which foreign archives share.
 */
@NullMarked
package dev.slipway.layer;

import org.jspecify.annotations.NullMarked;
