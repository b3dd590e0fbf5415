package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/** Splits ENV, LABEL and ARG into words: at blanks that are in no quotes. Quotes and escapes stay for the expansion. */
final class Words {
    private Words() {}

    static List<String> split(String text, char escape) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        int at = 0;
        while (at < text.length()) {
            char ch = text.charAt(at++);
            if (quote == 0 && Blanks.isSpace(ch)) {
                if (inWord) {
                    words.add(word.toString());
                }
                word.setLength(0);
                inWord = false;
                continue;
            }
            if (ch == escape && quote != '\'') {
                // An escape character at the very end escapes nothing and vanishes.
                if (at < text.length()) {
                    inWord = true;
                    word.append(ch).append(text.charAt(at++));
                }
                continue;
            }
            inWord = true;
            if (ch == quote) {
                quote = 0;
            } else if (quote == 0 && (ch == '\'' || ch == '"')) {
                quote = ch;
            }
            word.append(ch);
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
