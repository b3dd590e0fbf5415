package dev.slipway.dockerfile;

import org.jspecify.annotations.Nullable;

/** Quotes the lines that a message is about, with a mark below the characters that it means. */
final class Excerpt {
    private static final int WIDTH = 100;
    private static final int MOST_LINES = 3;
    /** First and last of each range of characters that take two cells. */
    private static final int[] WIDE = {
        0x1100, 0x115F, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF, 0x4E00, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3,
        0xF900, 0xFAFF, 0xFE30, 0xFE6F, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F900,
        0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD
    };

    private final SourceFile file;
    private final SourceRange range;

    Excerpt(SourceFile file, SourceRange range) {
        this.file = file;
        this.range = range;
    }

    String message(String problem, @Nullable String expectation) {
        StringBuilder out = new StringBuilder();
        out.append(file.name()).append(':').append(range.lines()).append(": ").append(problem);
        appendLines(out);
        if (expectation != null) {
            out.append("\n").append(expectation);
        }
        return out.toString();
    }

    /** The lines with their mark, without a line end behind. */
    String lines() {
        StringBuilder out = new StringBuilder();
        appendLines(out);
        return out.isEmpty() ? "" : out.substring(1);
    }

    private void appendLines(StringBuilder out) {
        int gutter = Integer.toString(range.endLine()).length();
        int shown = Math.min(range.endLine(), range.startLine() + MOST_LINES - 1);
        for (int number = range.startLine(); number <= shown && !file.lines().isEmpty(); number++) {
            appendLine(out, number, gutter);
        }
        if (shown < range.endLine()) {
            out.append("\n ").append(" ".repeat(gutter)).append(" | ...");
        }
    }

    private void appendLine(StringBuilder out, int number, int gutter) {
        int[] characters = file.line(number).codePoints().toArray();
        int from = Math.min(
                number == range.startLine() ? range.startColumn() - 1 : firstInk(characters), characters.length);
        int to = number == range.endLine() ? range.endColumn() - 1 : characters.length;
        to = Math.clamp(to, from, Math.max(from, lastInk(characters)));
        int first = characters.length <= WIDTH ? 0 : Math.clamp(from - WIDTH / 4, 0, characters.length - WIDTH);
        int last = Math.min(characters.length, first + WIDTH);
        String number0 = Integer.toString(number);
        out.append("\n ")
                .append(" ".repeat(gutter - number0.length()))
                .append(number0)
                .append(" | ");
        String before = first > 0 ? "..." : "";
        out.append(before);
        for (int at = first; at < last; at++) {
            out.appendCodePoint(visible(characters[at]));
        }
        out.append(last < characters.length ? "..." : "");
        out.append("\n ").append(" ".repeat(gutter)).append(" | ").append(" ".repeat(before.length()));
        for (int at = first; at < from; at++) {
            // A tab below a tab keeps the mark in its column whatever the terminal's tab stops are.
            out.append(characters[at] == '\t' ? "\t" : " ".repeat(cells(visible(characters[at]))));
        }
        int marked = 0;
        for (int at = from; at < Math.min(to, last); at++) {
            marked += cells(visible(characters[at]));
        }
        out.append("^".repeat(Math.max(1, marked)));
    }

    /** Characters that would do something else than show themselves, or nothing that can be seen, are shown as one that can. */
    static int visible(int ch) {
        boolean unseen = Character.isISOControl(ch) || Character.getType(ch) == Character.FORMAT;
        return ch != '\t' && unseen ? 0xFFFD : ch;
    }

    /** How many cells of a terminal a character takes (Unicode Standard Annex 11). */
    private static int cells(int ch) {
        int type = Character.getType(ch);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        for (int at = 0; at < WIDE.length; at += 2) {
            if (WIDE[at] <= ch && ch <= WIDE[at + 1]) {
                return 2;
            }
        }
        return 1;
    }

    private static int firstInk(int[] characters) {
        int at = 0;
        while (at < characters.length && Blanks.isSpace(characters[at])) {
            at++;
        }
        return at;
    }

    private static int lastInk(int[] characters) {
        int at = characters.length;
        while (at > 0 && Blanks.isSpace(characters[at - 1])) {
            at--;
        }
        return at;
    }
}
