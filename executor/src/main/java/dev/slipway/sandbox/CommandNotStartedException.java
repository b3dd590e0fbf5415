package dev.slipway.sandbox;

/** The program isn't in the root, isn't executable, or its interpreter is missing: the image is at fault. */
public final class CommandNotStartedException extends SandboxException {
    private static final long serialVersionUID = 1;

    private final int status;

    CommandNotStartedException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** The status that a shell gives: 127 if there is no such program, 126 if it can't be executed. */
    public int status() {
        return status;
    }
}
