package dev.slipway.attest;

import java.io.IOException;

/** A database or lock file isn't what its name says; the catalogue goes on without it, and says so. */
final class MalformedPackagesException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedPackagesException(String message) {
        super(message);
    }
}
