package dev.slipway.context.bucket;

import java.time.Instant;
import java.util.Objects;

/**
 * One version of an object.
 *
 * @param key its whole name in the bucket
 * @param version what changes with its content, such as an ETag or a generation; every read asks for exactly this one
 */
public record StoredObject(String key, long sizeBytes, String version, Instant modified) {

    public StoredObject {
        Objects.requireNonNull(key, "key is null");
        Objects.requireNonNull(version, "version is null");
        Objects.requireNonNull(modified, "modified is null");
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("object \"" + key + "\" of " + sizeBytes + " bytes");
        }
    }
}
