package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * What counts as a blank. BuildKit trims by Unicode's White_Space property, but splits words at five ASCII characters
 * only; both differ from what {@link Character} offers.
 */
final class Blanks {
    private Blanks() {}

    static boolean isSpace(int ch) {
        return switch (ch) {
            case '\t', '\n', 0x0B, '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> ch >= 0x2000 && ch <= 0x200A;
        };
    }

    /** The blanks that part words; all of them are also {@link #isSpace}. */
    static boolean isSeparator(int ch) {
        return ch == '\t' || ch == 0x0B || ch == '\f' || ch == '\r' || ch == ' ';
    }

    static String trim(String text) {
        return trimEnd(text.substring(leading(text, 0)));
    }

    static String trimEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** The offset of the first character from {@code from} on that is no blank. */
    static int leading(String text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Splits at runs of separators; blank to quotes, as FROM, COPY, ADD, EXPOSE and VOLUME are read. */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && !isSeparator(text.charAt(at))) {
                at++;
            }
            words.add(text.substring(start, at));
            while (at < text.length() && isSeparator(text.charAt(at))) {
                at++;
            }
        }
        return words;
    }
}
