package dev.slipway.cli;

/** A command line that can't be: exit code 64. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
