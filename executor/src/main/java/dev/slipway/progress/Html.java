package dev.slipway.progress;

import java.util.Locale;

/** HTML text that is put together piece by piece: what comes from outside goes through {@link #text} only. */
final class Html {
    private final StringBuilder out = new StringBuilder(1 << 14);

    /** Mark-up of our own, with {@code %s} for arguments, which are escaped. */
    Html add(String markup, Object... arguments) {
        Object[] escaped = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            escaped[i] = arguments[i] instanceof Number ? arguments[i] : text(String.valueOf(arguments[i]));
        }
        out.append(escaped.length == 0 ? markup : String.format(Locale.ROOT, markup, escaped));
        return this;
    }

    /** Text with nothing in it that a browser would take for mark-up, or a control sequence that it can't show. */
    static String text(String raw) {
        StringBuilder safe = new StringBuilder(raw.length() + 16);
        for (int i = 0; i < raw.length(); i++) {
            char ch = raw.charAt(i);
            switch (ch) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                case '\u001b' -> i = behindSequence(raw, i);
                default -> safe.append(Character.isISOControl(ch) && ch != '\n' && ch != '\t' ? '\uFFFD' : ch);
            }
        }
        return safe.toString();
    }

    /** A terminal's colours and cursor movements say nothing here. */
    private static int behindSequence(String raw, int escape) {
        int at = escape + 1;
        if (at < raw.length() && raw.charAt(at) == '[') {
            at++;
            while (at < raw.length() && (raw.charAt(at) < '@' || raw.charAt(at) > '~')) {
                at++;
            }
        }
        return Math.min(at, raw.length() - 1);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
