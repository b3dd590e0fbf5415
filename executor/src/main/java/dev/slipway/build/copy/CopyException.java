package dev.slipway.build.copy;

import dev.slipway.progress.FailureClass;
import org.jspecify.annotations.Nullable;

/** A COPY or ADD that can't be done; the message names the path, the caller adds the place in the Dockerfile. */
public final class CopyException extends Exception {
    private static final long serialVersionUID = 1;

    private final FailureClass failure;

    public CopyException(FailureClass failure, String message) {
        this(failure, message, null);
    }

    public CopyException(FailureClass failure, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
    }

    public FailureClass failure() {
        return failure;
    }
}
