package dev.slipway.context.bucket;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.network.NetworkSettings;
import java.util.List;
import java.util.Map;

/**
 * Opens buckets of one object store, for whoever has something to put there, such as {@code --digest-file}. A store is a
 * class with a public constructor without arguments and a line in {@code META-INF/services}.
 */
public interface ObjectStore {

    /** The spellings it takes, for messages: {@code s3://bucket/key}. */
    List<String> forms();

    /** Whether {@code uri} is for this store; decided by the text alone. */
    boolean accepts(ContextUri uri);

    /**
     * The bucket that the URI names, and the key. Nothing is sent yet.
     *
     * @param environment the executor's own, for endpoints and credentials
     * @throws ContextException if the URI or a setting can't be right
     */
    Location open(ContextUri uri, Map<String, String> environment, NetworkSettings network) throws ContextException;

    /** A bucket, to be closed, and a key in it. */
    record Location(Bucket bucket, String key) implements AutoCloseable {
        @Override
        public void close() {
            bucket.close();
        }
    }
}
