package dev.slipway.dockerfile;

/** Shows a value of the user's in a message: in quotes, control characters visible, long ones cut. */
final class Quotes {
    private static final int LONGEST = 80;

    private Quotes() {}

    static String quote(String value) {
        char mark = value.contains("\"") && !value.contains("'") ? '\'' : '"';
        StringBuilder out = new StringBuilder().append(mark);
        int shown = 0;
        for (int at = 0; at < value.length(); shown++) {
            if (shown == LONGEST) {
                return out.append("...").append(mark).toString();
            }
            int ch = value.codePointAt(at);
            switch (ch) {
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> out.appendCodePoint(Excerpt.visible(ch));
            }
            at += Character.charCount(ch);
        }
        return out.append(mark).toString();
    }
}
