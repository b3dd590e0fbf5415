package dev.slipway.context.bucket;

import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Sends a small request as often as {@link Retries} says; for reads of content see {@link OrderedParts}. */
final class Attempts {

    private Attempts() {}

    /** A request. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException;
    }

    static <T> T of(Request<T> request, Retries retries) throws IOException {
        for (int made = 1; ; made++) {
            try {
                return request.send();
            } catch (Refused refused) {
                throw refused;
            } catch (IOException failure) {
                Optional<Duration> asked = failure instanceof Delayed delayed ? delayed.askedFor() : Optional.empty();
                if (Thread.currentThread().isInterrupted() || !retries.again(made, asked)) {
                    throw new Refused(
                            "%s (%s)".formatted(failure.getMessage(), made == 1 ? "one attempt" : made + " attempts"),
                            failure);
                }
            }
        }
    }
}
