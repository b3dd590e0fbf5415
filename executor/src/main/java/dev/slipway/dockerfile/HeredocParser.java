package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recognises heredoc operators in a line and in a word. */
final class HeredocParser {
    private static final Pattern OPERATOR = Pattern.compile("(\\d*)<<(-?)\\s*([^<]*)", Pattern.DOTALL);

    private HeredocParser() {}

    /** The heredocs that a line opens, in order, still without bodies. A line whose quotes don't close opens none. */
    static List<Heredoc> inLine(String line) {
        List<Heredoc> found = new ArrayList<>();
        try {
            for (String word : lexer(line, WordLexer.Mode.SPLIT_RAW).expand().words()) {
                ofWord(word).ifPresent(found::add);
            }
        } catch (BadWord notWords) {
            return List.of();
        }
        return found;
    }

    /** The heredoc that a word opens, if it does, still without its body. */
    static Optional<Heredoc> ofWord(String word) {
        Matcher operator = OPERATOR.matcher(word);
        if (!word.contains("<<") || !operator.matches() || operator.group(3).isEmpty()) {
            return Optional.empty();
        }
        String delimiter = operator.group(3);
        try {
            List<String> names =
                    lexer(delimiter, WordLexer.Mode.UNQUOTE).expand().words();
            if (names.size() != 1) {
                return Optional.empty();
            }
            String name = names.getFirst();
            List<String> raw =
                    lexer(delimiter, WordLexer.Mode.SPLIT_RAW).expand().words();
            boolean expanding = raw.size() == 1 && quotes(raw.getFirst()) == quotes(name);
            int descriptor = operator.group(1).length() > 9 || operator.group(1).isEmpty()
                    ? 0
                    : Integer.parseInt(operator.group(1));
            return Optional.of(
                    new Heredoc(name, "", expanding, operator.group(2).equals("-"), descriptor));
        } catch (BadWord notOneWord) {
            return Optional.empty();
        }
    }

    private static WordLexer lexer(String text, WordLexer.Mode mode) {
        return new WordLexer(text, '\\', mode, name -> null);
    }

    private static long quotes(String text) {
        return text.chars().filter(ch -> ch == '\'' || ch == '"').count();
    }
}
