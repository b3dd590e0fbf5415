package dev.slipway.context.s3;

import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import dev.slipway.context.bucket.Unreachable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/** What the SDK's exceptions mean for the user, and whether asking again may help. */
final class S3Failures {
    private static final int PRECONDITION_FAILED = 412;

    private final String bucket;
    private final S3Credentials credentials;

    S3Failures(String bucket, S3Credentials credentials) {
        this.bucket = bucket;
        this.credentials = credentials;
    }

    static boolean isPreconditionFailed(SdkException failure) {
        return failure instanceof AwsServiceException service && service.statusCode() == PRECONDITION_FAILED;
    }

    IOException of(String what, SdkException failure) {
        if (failure instanceof AwsServiceException answer) {
            return answered(what, answer);
        }
        if (failure instanceof AbortedException) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while asking for " + what);
            interrupted.initCause(failure);
            return interrupted;
        }
        Optional<IOException> connection = connection(failure);
        if (connection.isPresent()) {
            return new IOException("%s: %s".formatted(what, Unreachable.words(connection.get())), failure);
        }
        return new Refused("%s: %s".formatted(what, failure.getMessage()), failure);
    }

    private IOException answered(String what, AwsServiceException answer) {
        int status = answer.statusCode();
        Optional<String> code = Optional.ofNullable(answer.awsErrorDetails())
                .map(details -> details.errorCode())
                .filter(text -> !text.isEmpty());
        String said = "%s: the store answered %d%s"
                .formatted(what, status, code.map(c -> " " + c).orElse(""));
        if (Retries.isPassing(status) || code.filter("SlowDown"::equals).isPresent()) {
            Optional<String> header = Optional.ofNullable(answer.awsErrorDetails())
                    .map(details -> details.sdkHttpResponse())
                    .flatMap(response -> response.firstMatchingHeader("Retry-After"));
            return new Delayed(said, header.flatMap(text -> Retries.after(text, InstantSource.system())));
        }
        if (code.filter("NoSuchBucket"::equals).isPresent()) {
            return new Refused("%s: there is no bucket \"%s\"".formatted(what, bucket), answer);
        }
        if (status == 401 || status == 403) {
            return new Refused(said + "; " + rights(), answer);
        }
        return new Refused(said, answer);
    }

    private String rights() {
        return credentials.kind().isEmpty()
                ? "no credentials were found (looked for AWS_ACCESS_KEY_ID, a web identity, a profile, and those of the"
                        + " container and the instance)"
                : "the credentials are those of " + credentials.kind();
    }

    private static Optional<IOException> connection(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IOException found) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }
}
