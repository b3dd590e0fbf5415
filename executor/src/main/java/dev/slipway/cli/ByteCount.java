package dev.slipway.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as Docker's flags take them: {@code 500MB}, {@code 2g}, {@code 1.5GiB}, all in steps of 1024. */
final class ByteCount {
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgtp]?)i?b?");

    private ByteCount() {}

    static long parse(Flag flag, String text) throws UsageException {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new UsageException("%s \"%s\": write a size such as 500MB or 2g".formatted(flag, text));
        }
        int steps = matcher.group(2).isEmpty() ? 0 : "kmgtp".indexOf(matcher.group(2)) + 1;
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * steps)));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new UsageException("%s \"%s\": more than can be counted".formatted(flag, text));
        }
        return bytes.longValue();
    }
}
