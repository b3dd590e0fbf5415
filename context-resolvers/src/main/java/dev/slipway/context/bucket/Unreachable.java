package dev.slipway.context.bucket;

import java.net.ConnectException;
import java.net.UnknownHostException;

/** Words for a server that isn't reached, where the run-time's own exceptions say a bare name or nothing. */
public final class Unreachable {

    private Unreachable() {}

    /** What went wrong with a connection. */
    public static String words(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case UnknownHostException unknown -> "the host \"%s\" is not known".formatted(message);
            case ConnectException refused -> "no connection" + (message == null ? "" : " (" + message + ")");
            default -> message == null ? failure.getClass().getSimpleName() : message;
        };
    }
}
