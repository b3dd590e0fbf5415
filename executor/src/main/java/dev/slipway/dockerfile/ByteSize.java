package dev.slipway.dockerfile;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as Docker takes them: a number and a power of 1024, {@code 64m}, {@code 500 MB}, {@code 1.5GiB}. */
public final class ByteSize {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,18})?) ?([kmgtp]?)(?:i?b)?");

    private ByteSize() {}

    /** The bytes, or nothing where this is no size or more than can be counted. */
    public static Optional<Long> parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String unit = matcher.group(2);
        int power = unit.isEmpty() ? 0 : "kmgtp".indexOf(unit) + 1;
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
        return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? Optional.empty()
                : Optional.of(bytes.longValue());
    }
}
