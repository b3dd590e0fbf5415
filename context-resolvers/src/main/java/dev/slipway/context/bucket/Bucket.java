package dev.slipway.context.bucket;

import dev.slipway.context.ResumingDownload;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A bucket or container of an object store, as its SDK reaches it. Each method sends one request and doesn't try again:
 * the callers do, the same way for every store.
 *
 * <p>Failures are {@link ResumingDownload.Refused} where asking again won't help, {@link ResumingDownload.Delayed} where
 * the server names a time to wait, and other {@link IOException}s where a second attempt may succeed. Messages are for
 * the user and never show a credential. Used by several threads at once.
 */
public interface Bucket extends AutoCloseable {

    /** An object's URI without credentials, for messages. */
    String uriOf(String key);

    /** Looks an object up; none if the bucket is there and the object isn't. */
    Optional<StoredObject> find(String key) throws IOException;

    /**
     * Some of the objects whose keys begin with {@code prefix}.
     *
     * @param from the {@link Page#next()} of the page before; none for the first page
     */
    Page list(String prefix, Optional<String> from) throws IOException;

    /**
     * Opens a range of exactly this version of an object.
     *
     * @throws ResumingDownload.Refused if the object is another one by now
     */
    InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException;

    /** Makes or replaces an object. */
    void write(String key, byte[] content) throws IOException;

    @Override
    void close();

    /** A part of a listing, and where the next one begins. */
    record Page(List<StoredObject> objects, Optional<String> next) {
        public Page {
            objects = List.copyOf(objects);
            Objects.requireNonNull(next, "next is null");
        }
    }
}
