package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether the rest of an instruction is a JSON array, and reads its strings. Strict where BuildKit's JSON is, since
 * what is no JSON silently means the shell form.
 */
final class JsonArray {
    private static final int DEEPEST = 10_000;

    private final String text;
    private final List<String> strings = new ArrayList<>();
    private int otherAt = -1;
    private int at;

    private JsonArray(String text) {
        this.text = text;
    }

    /** Elements of an array; {@code otherAt} is the offset of the first that is no string, or -1. */
    record Elements(List<String> strings, int otherAt) {}

    /** Empty if the text is anything but one whole JSON array. */
    static Optional<Elements> parse(String text) {
        JsonArray array = new JsonArray(text);
        return array.read() ? Optional.of(new Elements(List.copyOf(array.strings), array.otherAt)) : Optional.empty();
    }

    private boolean read() {
        int start = Blanks.leading(text, 0);
        if (start == text.length() || text.charAt(start) != '[') {
            return false;
        }
        at = start;
        // Arrays and objects still open, as bits: an object is set. No recursion, so depth costs no stack.
        BitSet objects = new BitSet();
        int depth = 0;
        boolean wantsValue = true;
        boolean mayClose = false;
        while (true) {
            blanks();
            if (at >= text.length()) {
                return depth == 0 && !wantsValue;
            }
            char ch = text.charAt(at);
            if (depth == 0 && !wantsValue) {
                return false;
            }
            if (!wantsValue) {
                at++;
                if (ch == (objects.get(depth) ? '}' : ']')) {
                    depth--;
                } else if (ch == ',') {
                    wantsValue = true;
                    mayClose = false;
                } else {
                    return false;
                }
                continue;
            }
            if (mayClose && ch == (objects.get(depth) ? '}' : ']')) {
                at++;
                depth--;
                wantsValue = false;
                continue;
            }
            if (depth > 0 && objects.get(depth) && !key()) {
                return false;
            }
            if (at >= text.length()) {
                return false;
            }
            ch = text.charAt(at);
            if (depth == 1 && ch != '"' && otherAt < 0) {
                otherAt = at;
            }
            if (ch == '[' || ch == '{') {
                if (++depth > DEEPEST) {
                    return false;
                }
                objects.set(depth, ch == '{');
                at++;
                mayClose = true;
            } else {
                if (ch == '"' ? !string(depth == 1) : !literal()) {
                    return false;
                }
                wantsValue = false;
            }
        }
    }

    private boolean key() {
        if (text.charAt(at) != '"' || !string(false)) {
            return false;
        }
        blanks();
        if (at >= text.length() || text.charAt(at) != ':') {
            return false;
        }
        at++;
        blanks();
        return true;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean string(boolean keep) {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char ch = text.charAt(at++);
            if (ch == '"') {
                if (keep) {
                    strings.add(wellFormed(value));
                }
                return true;
            }
            if (ch < ' ') {
                return false;
            }
            if (ch != '\\') {
                value.append(ch);
            } else if (!escape(value)) {
                return false;
            }
        }
        return false;
    }

    private boolean escape(StringBuilder value) {
        if (at >= text.length()) {
            return false;
        }
        char ch = text.charAt(at++);
        switch (ch) {
            case '"', '\\', '/' -> value.append(ch);
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> {
                if (at + 4 > text.length()
                        || !text.substring(at, at + 4)
                                .chars()
                                .allMatch(digit -> Character.digit(digit, 16) >= 0 && digit < 128)) {
                    return false;
                }
                value.append((char) Integer.parseInt(text, at, at + 4, 16));
                at += 4;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A lone surrogate is no character; it becomes U+FFFD, as in BuildKit. */
    private static String wellFormed(StringBuilder value) {
        int[] characters = value.codePoints()
                .map(ch -> ch >= 0xD800 && ch <= 0xDFFF ? 0xFFFD : ch)
                .toArray();
        return new String(characters, 0, characters.length);
    }

    private boolean literal() {
        int start = at;
        while (at < text.length() && " \t\r\n,]}[{:\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        return word.equals("null")
                || word.equals("true")
                || word.equals("false")
                || word.length() < 400 && word.matches("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?");
    }
}
