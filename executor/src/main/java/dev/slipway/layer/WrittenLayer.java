package dev.slipway.layer;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;

/**
 * A layer that lies in the blob store.
 *
 * @param descriptor the blob, as a manifest names it
 * @param diffId the digest of the tar, as a config names it
 * @param uncompressedBytes the length of the tar
 * @param entries how many changes it makes
 */
public record WrittenLayer(Descriptor descriptor, DiffId diffId, long uncompressedBytes, long entries) {}
