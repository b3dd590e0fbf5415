package dev.slipway.posix;

/** This machine is of a kind whose system calls are unknown here; the message says which kinds are known. */
public final class UnknownMachineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnknownMachineException(String message) {
        super(message);
    }
}
