package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/** Cuts a joined line into keyword, flags and the rest. */
final class LineCutter {
    private final String text;
    private final List<SyntaxNode.Flag> flags = new ArrayList<>();
    private int at;

    private LineCutter(String text, int from) {
        this.text = text;
        this.at = from;
    }

    /** The length of the word that a line begins with. */
    static int keywordLength(String text) {
        int end = 0;
        while (end < text.length() && !Blanks.isSeparator(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static SyntaxNode cut(InstructionSource source) {
        LineCutter cutter = new LineCutter(source.text(), source.keyword().length());
        cutter.takeFlags();
        int from = Blanks.leading(source.text(), cutter.at);
        String rest = Blanks.trimEnd(source.text().substring(from));
        return new SyntaxNode(source, List.copyOf(cutter.flags), rest, from, List.of());
    }

    private void takeFlags() {
        while (true) {
            int start = Blanks.leading(text, at);
            if (!text.startsWith("--", start)) {
                at = start;
                return;
            }
            at = start;
            String word = word();
            if (word.equals("--")) {
                return;
            }
            flags.add(new SyntaxNode.Flag(word, start, at));
        }
    }

    /** A word up to a blank that is in no quotes, its quotes and escapes taken off. */
    private String word() {
        StringBuilder word = new StringBuilder();
        char quote = 0;
        while (at < text.length()) {
            char ch = text.charAt(at);
            if (quote == 0 && Blanks.isSpace(ch)) {
                break;
            }
            at++;
            if (ch == quote) {
                quote = 0;
            } else if (quote == 0 && (ch == '\'' || ch == '"')) {
                quote = ch;
            } else if (ch != '\\') {
                word.append(ch);
            } else if (at < text.length()) {
                word.append(text.charAt(at++));
            }
        }
        return word.toString();
    }
}
