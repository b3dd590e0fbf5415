package dev.slipway.context.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.cloud.BaseServiceException;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import dev.slipway.context.bucket.Unreachable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** What the library's exceptions mean for the user, and whether asking again may help. */
final class GcsFailures {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private final String bucket;
    private final GcsCredentials credentials;

    GcsFailures(String bucket, GcsCredentials credentials) {
        this.bucket = bucket;
        this.credentials = credentials;
    }

    /** As {@link #of}, for a request that names a generation: one that is gone has been replaced or removed. */
    IOException ofContent(String what, BaseServiceException failure) {
        return failure.getCode() == PRECONDITION_FAILED || failure.getCode() == NOT_FOUND
                ? new Refused(
                        "%s was replaced while it was being downloaded: start the build again".formatted(what), failure)
                : of(what, failure);
    }

    IOException of(String what, BaseServiceException failure) {
        if (Thread.currentThread().isInterrupted()) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while asking for " + what);
            interrupted.initCause(failure);
            return interrupted;
        }
        int status = failure.getCode();
        String said = "%s: the store answered %d%s"
                .formatted(
                        what,
                        status,
                        Optional.ofNullable(failure.getReason())
                                .map(reason -> " " + reason)
                                .orElse(""));
        if (Retries.isPassing(status)) {
            return new Delayed(said, retryAfter(failure));
        }
        if (status == NOT_FOUND) {
            return new Refused("%s: there is no bucket \"%s\"".formatted(what, bucket), failure);
        }
        if (status == 401 || status == 403) {
            return new Refused(said + "; " + rights(), failure);
        }
        if (status > 0) {
            return new Refused(said, failure);
        }
        return new IOException("%s: %s".formatted(what, root(failure)), failure);
    }

    private String rights() {
        return credentials.kind().isEmpty()
                ? "no credentials were found (looked for GOOGLE_APPLICATION_CREDENTIALS, gcloud's own, and a metadata"
                        + " server)"
                : "the credentials are " + credentials.kind();
    }

    private static Optional<Duration> retryAfter(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof HttpResponseException answer) {
                return Optional.ofNullable(answer.getHeaders())
                        .flatMap(headers -> Optional.ofNullable(headers.getRetryAfter()))
                        .flatMap(text -> Retries.after(text, InstantSource.system()));
            }
        }
        return Optional.empty();
    }

    private static String root(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return Unreachable.words(at);
    }
}
