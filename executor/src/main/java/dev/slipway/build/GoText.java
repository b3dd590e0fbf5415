package dev.slipway.build;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Values in the spelling of Go's {@code fmt}, which is what histories of images are written in: tools compare and
 * parse them, so ours read the same.
 */
final class GoText {
    private static final long MICROSECOND = 1_000;
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private GoText() {}

    /** {@code %v} of a list: {@code [a b]}. */
    static String list(Collection<String> words) {
        return "[" + String.join(" ", words) + "]";
    }

    /** {@code %q} of a list: {@code ["a" "b"]}. */
    static String quotedList(Collection<String> words) {
        return words.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
    }

    /** {@code %q}. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case 11 -> out.append("\\v");
                default -> escapedUnlessPrintable(out, c);
            }
        });
        return out.append('"').toString();
    }

    /** {@code String()} of a duration: {@code 1m30s}, {@code 1.5s}, {@code 500ms}, {@code 0s}. */
    static String duration(long nanoseconds) {
        if (nanoseconds == 0) {
            return "0s";
        }
        if (nanoseconds < 0) {
            return "-" + duration(-nanoseconds);
        }
        if (nanoseconds < MICROSECOND) {
            return nanoseconds + "ns";
        }
        if (nanoseconds < MILLISECOND) {
            return decimal(nanoseconds, MICROSECOND) + "µs";
        }
        if (nanoseconds < SECOND) {
            return decimal(nanoseconds, MILLISECOND) + "ms";
        }
        long minutes = nanoseconds / (60 * SECOND);
        String seconds = decimal(nanoseconds % (60 * SECOND), SECOND) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long value, long unit) {
        String fraction = Long.toString(unit + value % unit).substring(1).replaceFirst("0+$", "");
        return fraction.isEmpty() ? Long.toString(value / unit) : value / unit + "." + fraction;
    }

    private static void escapedUnlessPrintable(StringBuilder out, int c) {
        if (isPrintable(c)) {
            out.appendCodePoint(c);
        } else if (c < 0x80) {
            out.append("\\x%02x".formatted(c));
        } else if (c < 0x10000) {
            out.append("\\u%04x".formatted(c));
        } else {
            out.append("\\U%08x".formatted(c));
        }
    }

    /** Go's notion: letters, marks, numbers, punctuation, symbols and the ASCII blank. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
