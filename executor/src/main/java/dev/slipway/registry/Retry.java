package dev.slipway.registry;

import java.io.InterruptedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How often and how soon a request is sent again. Clock, sleep and chance come from outside, so that tests need none.
 *
 * @param attempts how often a request is sent at most
 */
record Retry(int attempts, InstantSource clock, Sleeper sleeper, RandomGenerator random) {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** A registry that wants us away for longer gets an error that says so rather than a build that seems to hang. */
    private static final Duration LONGEST_ASKED_FOR = Duration.ofMinutes(5);

    /** Waits. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration duration) throws InterruptedException;
    }

    static Retry standard(int attempts) {
        return new Retry(attempts, InstantSource.system(), Thread::sleep, RandomGenerator.getDefault());
    }

    /** The same with fewer attempts, if it has more. */
    Retry atMost(int fewer) {
        return fewer < attempts ? new Retry(fewer, clock, sleeper, random) : this;
    }

    /** Whether a status is one that passes. */
    static boolean isPassing(int status) {
        return switch (status) {
            case 408, 425, 429, 499, 500, 502, 503, 504, 522 -> true;
            default -> false;
        };
    }

    /**
     * Waits before another attempt.
     *
     * @param made how many attempts have been made, at least one
     * @param retryAfter the header of that name
     * @return whether to try again
     */
    boolean again(int made, Optional<String> retryAfter) throws InterruptedIOException {
        if (made >= attempts) {
            return false;
        }
        Optional<Duration> asked = retryAfter.flatMap(this::duration);
        if (asked.isPresent() && asked.get().compareTo(LONGEST_ASKED_FOR) > 0) {
            return false;
        }
        Duration wait = asked.orElseGet(() -> jittered(made));
        try {
            sleeper.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting to try again");
            interrupted.initCause(e);
            throw interrupted;
        }
        return true;
    }

    private Duration jittered(int made) {
        Duration full = FIRST.multipliedBy(1L << Math.min(made - 1, 10));
        long nanos = (full.compareTo(LONGEST) < 0 ? full : LONGEST).toNanos();
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }

    private Optional<Duration> duration(String header) {
        String text = header.strip();
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), until);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
