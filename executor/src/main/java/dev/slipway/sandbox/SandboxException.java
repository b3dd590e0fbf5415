package dev.slipway.sandbox;

import java.io.IOException;

/** The kernel, or the environment we run in, did not let a command be set up. */
public class SandboxException extends IOException {
    private static final long serialVersionUID = 1;

    public SandboxException(String message, Throwable cause) {
        super(message, cause);
    }

    public SandboxException(String message) {
        super(message);
    }
}
