package dev.slipway.layer;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Which modification times a layer carries. {@code --reproducible} and BuildKit's {@code --rewrite-timestamp} change
 * them, SOURCE_DATE_EPOCH alone doesn't (dockerfile.md, "SOURCE_DATE_EPOCH").
 */
public sealed interface TimePolicy {
    /** The time to write for a file that was last modified then. */
    Instant apply(Instant modified);

    /** Times as they are, nanoseconds included. */
    record Keep() implements TimePolicy {
        @Override
        public Instant apply(Instant modified) {
            return modified;
        }
    }

    /** Times as they are, but none later than {@code latest}. */
    record Clamp(Instant latest) implements TimePolicy {
        public Clamp {
            requireNonNull(latest, "latest is null");
        }

        @Override
        public Instant apply(Instant modified) {
            return modified.isAfter(latest) ? latest : modified;
        }
    }

    /** The same time for everything. */
    record Fixed(Instant time) implements TimePolicy {
        public Fixed {
            requireNonNull(time, "time is null");
        }

        @Override
        public Instant apply(Instant modified) {
            return time;
        }
    }
}
