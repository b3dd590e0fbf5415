package dev.slipway.dockerfile;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as HEALTHCHECK takes them: {@code 1m30s}, {@code 1.5h}, {@code 500ms}. */
final class GoDuration {
    private static final Pattern PART =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{0,18})?|\\.[0-9]{1,18})(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");

    private GoDuration() {}

    static Optional<Duration> parse(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        if (text.substring(at).equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        if (at == text.length() || text.length() > 200) {
            return Optional.empty();
        }
        BigDecimal nanoseconds = BigDecimal.ZERO;
        Matcher part = PART.matcher(text).region(at, text.length());
        while (at < text.length()) {
            if (!part.lookingAt()) {
                return Optional.empty();
            }
            BigDecimal number = new BigDecimal(part.group(1).endsWith(".") ? part.group(1) + "0" : part.group(1));
            nanoseconds = nanoseconds.add(number.multiply(BigDecimal.valueOf(nanosecondsIn(part.group(2)))));
            at = part.end();
            part.region(at, text.length());
        }
        if (nanoseconds.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return Optional.empty();
        }
        Duration duration = Duration.ofNanos(nanoseconds.longValue());
        return Optional.of(text.startsWith("-") ? duration.negated() : duration);
    }

    private static long nanosecondsIn(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "ns" -> 1L;
            default -> 1_000L;
        };
    }
}
