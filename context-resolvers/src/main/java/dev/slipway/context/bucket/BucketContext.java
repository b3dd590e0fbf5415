package dev.slipway.context.bucket;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.Retries;
import dev.slipway.context.UnpackedArchive;
import java.io.IOException;
import java.util.Optional;

/** A context out of a bucket: an archive, or with a slash at the end every object below a prefix as a file. */
public final class BucketContext {
    /** What a bucket without a key means, as in kaniko. */
    private static final String DEFAULT_KEY = "context.tar.gz";

    private BucketContext() {}

    /**
     * Fetches the context.
     *
     * @param key as the URI has it
     * @param origin the URI without credentials
     */
    public static BuildContext resolve(
            Bucket bucket, String key, String origin, ContextOptions options, Retries retries)
            throws ContextException, InterruptedException {
        if (key.endsWith("/")) {
            return PrefixContext.resolve(bucket, key, origin, options, retries);
        }
        StoredObject object = find(bucket, key.isEmpty() ? DEFAULT_KEY : key, origin, retries);
        return UnpackedArchive.unpack(
                new OrderedParts(bucket, object, retries),
                origin,
                Optional.of(object.version().replace("\"", "")),
                options);
    }

    private static StoredObject find(Bucket bucket, String key, String origin, Retries retries)
            throws ContextException {
        try {
            Optional<StoredObject> found = Attempts.of(() -> bucket.find(key), retries);
            if (found.isPresent()) {
                return found.get();
            }
            boolean prefix = !Attempts.of(() -> bucket.list(key + "/", Optional.empty()), retries)
                    .objects()
                    .isEmpty();
            throw new ContextException(
                    prefix
                            ? "context \"%s\": no such object; to take what lies below it, write \"%s/\""
                                    .formatted(origin, bucket.uriOf(key))
                            : "context \"%s\": no such object \"%s\"".formatted(origin, bucket.uriOf(key)));
        } catch (IOException e) {
            throw new ContextException("context \"%s\": %s".formatted(origin, e.getMessage()), e);
        }
    }
}
