package dev.slipway.context;

import java.io.InterruptedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often, and after which pause, a request for a context is sent again. The pause comes from outside, so that tests
 * need not wait.
 *
 * @param attempts how often a request is sent at most before something new of the answer arrives
 */
public record Retries(int attempts, Pause pause) {
    private static final Duration FIRST = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofSeconds(20);

    /** A server that wants us away for longer gets an error rather than a build that seems to hang. */
    private static final Duration LONGEST_ASKED_FOR = Duration.ofMinutes(5);

    /** Six attempts, some 15 seconds in all. */
    public static final Retries STANDARD = new Retries(6, Thread::sleep);

    public Retries {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is " + attempts);
        }
    }

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** Whether an HTTP status is one that passes. */
    public static boolean isPassing(int status) {
        return switch (status) {
            case 408, 425, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /**
     * Waits before another attempt.
     *
     * @param made how many attempts have been made, at least one
     * @param asked how long the server wants us to wait
     * @return whether to try again
     * @throws InterruptedIOException if the build is cancelled meanwhile; the thread's interrupt is kept
     */
    public boolean again(int made, Optional<Duration> asked) throws InterruptedIOException {
        if (made >= attempts || asked.isPresent() && asked.get().compareTo(LONGEST_ASKED_FOR) > 0) {
            return false;
        }
        try {
            pause.sleep(asked.orElseGet(() -> jittered(made)));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting to try again");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private static Duration jittered(int made) {
        Duration full = FIRST.multipliedBy(1L << Math.min(made - 1, 10));
        long nanos = (full.compareTo(LONGEST) < 0 ? full : LONGEST).toNanos();
        return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }

    /** The value of a {@code Retry-After} header: seconds, or a date. */
    public static Optional<Duration> after(String header, InstantSource clock) {
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
            return Optional.empty(); // a header that says nothing asks for nothing
        }
    }
}
