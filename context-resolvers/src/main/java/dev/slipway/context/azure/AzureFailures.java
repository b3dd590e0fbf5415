package dev.slipway.context.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import dev.slipway.context.bucket.Unreachable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * What the libraries' exceptions mean for the user, and whether asking again may help.
 *
 * @param kind which credential is in use, in the words of a message; empty where there is none
 */
record AzureFailures(BlobUrl url, String kind) {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    /** As {@link #of}, for a request that names a version: one that is gone has been replaced or removed. */
    IOException ofContent(String what, RuntimeException failure) {
        if (failure instanceof BlobStorageException answer
                && (answer.getStatusCode() == PRECONDITION_FAILED || answer.getStatusCode() == NOT_FOUND)) {
            return new Refused(
                    "%s was replaced while it was being downloaded: start the build again".formatted(what), failure);
        }
        return of(what, failure);
    }

    IOException of(String what, RuntimeException failure) {
        if (Thread.currentThread().isInterrupted()) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while asking for " + what);
            interrupted.initCause(failure);
            return interrupted;
        }
        if (failure instanceof HttpResponseException answer && answer.getResponse() != null) {
            return answered(what, answer);
        }
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IOException || at instanceof TimeoutException) {
                return new IOException("%s: %s".formatted(what, Unreachable.words(at)), failure);
            }
        }
        return new Refused("%s: %s".formatted(what, firstLine(failure)), failure);
    }

    private IOException answered(String what, HttpResponseException answer) {
        HttpResponse response = answer.getResponse();
        int status = response.getStatusCode();
        Optional<BlobErrorCode> code = answer instanceof BlobStorageException storage
                ? Optional.ofNullable(storage.getErrorCode())
                : Optional.empty();
        String said = "%s: the store answered %d%s"
                .formatted(what, status, code.map(reason -> " " + reason).orElse(""));
        if (Retries.isPassing(status)) {
            Optional<Duration> wait = Optional.ofNullable(response.getHeaderValue(HttpHeaderName.RETRY_AFTER))
                    .flatMap(text -> Retries.after(text, InstantSource.system()));
            return new Delayed(said, wait);
        }
        if (code.filter(BlobErrorCode.CONTAINER_NOT_FOUND::equals).isPresent()) {
            return new Refused("%s: there is no container \"%s\"".formatted(what, url.container()), answer);
        }
        if (status == 401 || status == 403 || kind.isEmpty() && status == NOT_FOUND) {
            return new Refused(said + "; " + rights(), answer);
        }
        return new Refused(said, answer);
    }

    private String rights() {
        return kind.isEmpty()
                ? "no credentials were found (looked for a signature in the URL, AZURE_STORAGE_ACCESS_KEY, and"
                        + " AZURE_FEDERATED_TOKEN_FILE with AZURE_CLIENT_ID and AZURE_TENANT_ID)"
                : "the credential is " + kind;
    }

    private static String firstLine(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
