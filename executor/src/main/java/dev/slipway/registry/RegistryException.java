package dev.slipway.registry;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A registry that can't be reached, refuses, or sends something wrong: the message says what was tried, on which URL,
 * what happened, and what to do. URLs carry no user information.
 */
public final class RegistryException extends IOException {
    private static final long serialVersionUID = 1;

    /** What kind of failure it is. */
    public enum Kind {
        /** 401: nobody, or the wrong one, as far as the registry knows. */
        UNAUTHORIZED,
        /** 403: known, but not allowed. */
        FORBIDDEN,
        /** 404: no such repository, tag or blob. */
        NOT_FOUND,
        /** 429 for longer than we wait. */
        RATE_LIMITED,
        /** The tag exists and the registry never moves tags. */
        IMMUTABLE_TAG,
        /** Another refusal, 4xx. */
        REFUSED,
        /** 5xx, again and again. */
        SERVER,
        /** No address for the host's name. */
        DNS,
        /** Nobody listens, or nobody answers. */
        UNREACHABLE,
        /** No trust, or no TLS at all. */
        TLS,
        /** Bytes that aren't those that the digest or the size names. */
        CORRUPT,
        /** An answer that the protocol doesn't allow. */
        PROTOCOL
    }

    private final Kind kind;
    private final int status;
    private final String url;
    private final transient List<String> codes;

    RegistryException(
            Kind kind, String message, String url, int status, List<String> codes, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.url = url;
        this.status = status;
        this.codes = List.copyOf(codes);
    }

    public Kind kind() {
        return kind;
    }

    /** The HTTP status, where the registry answered. */
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** Where it happened, without user information and without the query. */
    public String url() {
        return url;
    }

    /** The registry's own error codes, such as {@code DENIED} (OCI distribution-spec, "Error Codes"). */
    public List<String> codes() {
        return codes;
    }
}
