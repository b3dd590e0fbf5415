package dev.slipway.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a vendor's library for no longer than we are willing to wait: some of them wait for a metadata server for ages. */
final class BoundedVendor {
    private final Duration limit;

    BoundedVendor(Duration limit) {
        this.limit = limit;
    }

    Optional<Credential.Found> ask(VendorCredentials vendor, String registry) throws IOException {
        FutureTask<Optional<Credential.Found>> question = new FutureTask<>(() -> vendor.find(registry));
        // Whoever hangs must not keep the executor from ending.
        Thread.ofPlatform().daemon().name("credential-" + vendor.name()).start(question);
        try {
            return question.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("%s gave no answer within %d s".formatted(vendor.name(), limit.toSeconds()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while asking " + vendor.name());
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            String words = e.getCause() == null
                    ? String.valueOf(e.getMessage())
                    : String.valueOf(e.getCause().getMessage());
            throw new IOException(words.lines().findFirst().orElse(""), e);
        } finally {
            question.cancel(true);
        }
    }
}
