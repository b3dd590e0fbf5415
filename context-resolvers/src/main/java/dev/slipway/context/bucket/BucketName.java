package dev.slipway.context.bucket;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;

/**
 * A bucket and a key in it, as {@code s3://bucket/key} and {@code gs://bucket/key} name them.
 *
 * @param key may be empty: the bucket itself
 */
public record BucketName(String bucket, String key) {

    /** Splits what follows the scheme. */
    public static BucketName of(ContextUri uri) throws ContextException {
        int slash = uri.rest().indexOf('/');
        String bucket = slash < 0 ? uri.rest() : uri.rest().substring(0, slash);
        if (bucket.isEmpty()) {
            throw new ContextException(
                    "%s names no bucket: write %s://BUCKET/KEY".formatted(uri.quoted(), uri.scheme()));
        }
        return new BucketName(bucket, slash < 0 ? "" : uri.rest().substring(slash + 1));
    }
}
