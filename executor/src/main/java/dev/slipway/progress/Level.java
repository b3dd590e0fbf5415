package dev.slipway.progress;

import java.util.Locale;
import java.util.Optional;

/** How much a message matters, and with {@code --verbosity} how little may go unsaid. */
public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    FATAL,
    PANIC;

    /** The level of that name in any case. */
    public static Optional<Level> named(String name) {
        for (Level level : values()) {
            if (level.name().equalsIgnoreCase(name)) {
                return Optional.of(level);
            }
        }
        return "warning".equalsIgnoreCase(name) ? Optional.of(WARN) : Optional.empty();
    }

    /** Whether a message of this level is shown where {@code threshold} is the least that is. */
    public boolean shownAt(Level threshold) {
        return compareTo(threshold) >= 0;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
