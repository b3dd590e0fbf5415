package dev.slipway.build.ssh;

/** An agent or a key of {@code --ssh} that can't be used; the message names the file and what to do. */
public final class AgentException extends Exception {
    private static final long serialVersionUID = 1L;

    AgentException(String message) {
        super(message);
    }

    AgentException(String message, Throwable cause) {
        super(message, cause);
    }
}
