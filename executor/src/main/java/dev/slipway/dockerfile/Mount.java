package dev.slipway.dockerfile;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A {@code RUN --mount}, its values expanded. Targets are as written: a relative one starts at the WORKDIR. */
public sealed interface Mount {
    /** The place in the step's filesystem; may be relative, never the root once joined with the WORKDIR. */
    Optional<String> target();

    /** How steps share a cache that they use at the same time. */
    enum Sharing {
        SHARED,
        PRIVATE,
        LOCKED
    }

    /** Who owns what the mount brings, and with which mode; each empty if not given. */
    record Ownership(OptionalInt mode, OptionalLong uid, OptionalLong gid) {
        /** Nothing given. */
        public static final Ownership NONE =
                new Ownership(OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** {@code type=bind}: a directory or file of the context, or of {@code from}; writes are discarded. */
    record Bind(Optional<String> target, String sourcePath, Optional<String> from, boolean readOnly) implements Mount {}

    /** {@code type=cache}. Without an id the cleaned target is the id; {@code from} and the source path seed it. */
    record Cache(
            Optional<String> target,
            String id,
            Optional<String> from,
            String sourcePath,
            Sharing sharing,
            boolean readOnly,
            Ownership ownership)
            implements Mount {}

    /** {@code type=tmpfs}; the size in bytes, 0 without a limit. */
    record Tmpfs(Optional<String> target, long sizeBytes, boolean readOnly) implements Mount {}

    /**
     * {@code type=secret}: a file, unless only a variable is asked for.
     *
     * @param target where the file goes: the one given, else {@code /run/secrets/} and the last part of the id; empty
     *     if only the variable is asked for
     */
    record Secret(
            Optional<String> target,
            String id,
            Optional<String> environmentVariable,
            boolean required,
            Ownership ownership)
            implements Mount {}

    /** {@code type=ssh}: the socket of an agent; without a target at a place that the executor chooses. */
    record Ssh(Optional<String> target, String id, boolean required, Ownership ownership) implements Mount {}
}
