package dev.slipway.publish;

import dev.slipway.context.ContextUri;
import java.io.IOException;

/** Makes the objects that {@link ReportPlace.InBucket} names. */
@FunctionalInterface
public interface ReportBuckets {
    /** Makes or replaces an object; the message of a failure names it and says what to do. */
    void put(ContextUri uri, byte[] content) throws IOException;
}
