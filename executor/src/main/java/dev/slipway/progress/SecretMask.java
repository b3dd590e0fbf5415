package dev.slipway.progress;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Replaces secret values by {@code ***} in whatever is shown: a command that prints its secret, a URL with a password
 * (pains 74).
 */
public final class SecretMask {
    /** For where no secrets are known: what a URL says in front of its host is hidden all the same. */
    public static final SecretMask URLS_ONLY = new SecretMask(List.of());

    private static final String STARS = "***";
    /** A shorter value is in every other word, and no secret. */
    private static final int SHORTEST_VALUE = 4;
    /** Lines of a key are long; those of a file of settings should be masked as a whole only. */
    private static final int SHORTEST_LINE = 8;

    private static final Pattern URL_USER = Pattern.compile("(?i)(?<=\\bhttps?://)[^/\\s@\"'<>]+@");

    private final List<String> secrets;

    private SecretMask(List<String> secrets) {
        this.secrets = secrets;
    }

    /** A mask for these values, each as a whole, without blanks around it, and line by line. */
    public static SecretMask of(Collection<String> values) {
        return new SecretMask(values.stream()
                .flatMap(SecretMask::forms)
                .distinct()
                // The longest first, or a part of it would be left beside the stars.
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    private static Stream<String> forms(String value) {
        return Stream.concat(
                Stream.of(value, value.strip()).filter(form -> form.length() >= SHORTEST_VALUE),
                value.lines().map(String::strip).filter(line -> line.length() >= SHORTEST_LINE));
    }

    /** The text with every secret replaced. */
    public String mask(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, STARS);
        }
        return masked.contains("@") ? URL_USER.matcher(masked).replaceAll(STARS + "@") : masked;
    }
}
