package dev.slipway.dockerfile;

import org.jspecify.annotations.Nullable;

/** Quotes the lines that a message is about, with a mark below the characters that it means. */
final class Excerpt {
    private static final int WIDTH = 100;
    private static final int MOST_LINES = 3;

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
            out.append(characters[at] == '\t' ? '\t' : ' ');
        }
        out.append("^".repeat(Math.max(1, Math.min(to, last) - from)));
    }

    private static int visible(int ch) {
        return ch != '\t' && Character.isISOControl(ch) ? 0xFFFD : ch;
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
