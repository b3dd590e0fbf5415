package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one word as the Dockerfile language does: quotes, escapes, {@code $name}, {@code ${name}} with its modifiers,
 * whose words nest. Gives the text, and the same split at blanks.
 */
final class WordLexer {
    /** Nesting deeper than this is refused. */
    private static final int DEEPEST = 1_000;
    /** So much nesting goes on one stack, which has an end. */
    private static final int LEVELS_OF_A_STACK = 200;
    /** A value that doubles with each line would otherwise end the executor. */
    private static final int LONGEST = 32 << 20;

    private static final int END = -1;

    private final String word;
    private final char escape;
    private final Mode mode;
    private final Lookup lookup;
    private final Words words = new Words();
    private int at;
    private int depth;

    /** What the text is wanted for. */
    enum Mode {
        /** To replace variables. */
        EXPAND,
        /** The same, where quotes are plain characters. */
        HEREDOC_BODY,
        /** To find words only: quotes, escapes and unset variables stay as written. */
        SPLIT_RAW,
        /** To take quotes and escapes off; unset variables stay as written. */
        UNQUOTE;

        private boolean keepsUnset() {
            return this == SPLIT_RAW || this == UNQUOTE;
        }
    }

    /** Gives the value of a variable, or null if it is unset. */
    interface Lookup {
        @Nullable
        String find(String name);
    }

    /** The word as one text, and as the words that it falls into at its unquoted blanks. */
    record Result(String text, List<String> words) {}

    WordLexer(String word, char escape, Mode mode, Lookup lookup) {
        this.word = word;
        this.escape = escape;
        this.mode = mode;
        this.lookup = lookup;
    }

    Result expand() throws BadWord {
        String text = text(END, mode == Mode.SPLIT_RAW, words);
        return new Result(text, words.finish());
    }

    private int peek() {
        return at < word.length() ? word.codePointAt(at) : END;
    }

    private int next() {
        int ch = peek();
        at += ch == END ? 0 : Character.charCount(ch);
        return ch;
    }

    /** Reads up to an unquoted {@code stop}, which it takes, or to the end if that is {@link #END}. */
    private String text(int stop, boolean rawEscapes, @Nullable Words split) throws BadWord {
        StringBuilder out = new StringBuilder();
        while (peek() != END) {
            int start = at;
            int ch = peek();
            if (ch == stop) {
                next();
                return out.toString();
            }
            String piece;
            if (ch == '$') {
                piece = dollar(rawEscapes);
                add(split, piece, true);
            } else if (mode != Mode.HEREDOC_BODY && (ch == '\'' || ch == '"')) {
                piece = ch == '"' ? doubleQuoted(rawEscapes) : singleQuoted();
                add(split, piece, false);
            } else if (ch == '<' && split != null) {
                piece = heredocOperator();
                add(split, piece, false);
            } else if (ch == escape) {
                next();
                int escaped = next();
                piece = (rawEscapes ? Character.toString(escape) : "")
                        + (escaped == END ? "" : Character.toString(escaped));
                add(split, piece, false);
            } else {
                next();
                piece = word.substring(start, at);
                add(split, piece, true);
            }
            out.append(piece);
            checkLength(out, start);
        }
        if (stop != END) {
            throw unclosed(stop);
        }
        return out.toString();
    }

    private static void add(@Nullable Words split, String piece, boolean atBlanks) {
        if (split != null) {
            split.add(piece, atBlanks);
        }
    }

    private BadWord unclosed(int stop) {
        return stop == '/'
                ? new BadWord(
                        Math.max(0, word.length() - 1),
                        word.length(),
                        "a replacement lacks its second '/'",
                        "Expected ${name/pattern/replacement}.")
                : new BadWord(Math.max(0, word.length() - 1), word.length(), "missing '}'", "Close what \"${\" opens.");
    }

    private void checkLength(StringBuilder out, int from) throws BadWord {
        if (out.length() > LONGEST) {
            throw new BadWord(from, at, "the value grows beyond " + LONGEST + " characters", null);
        }
    }

    /** {@code <<} and the blanks behind it belong together, so that {@code << EOF} is one word. */
    private String heredocOperator() {
        int start = at;
        next();
        if (peek() == '<') {
            next();
            while (peek() != END && Blanks.isSpace(peek())) {
                next();
            }
        }
        return word.substring(start, at);
    }

    private String singleQuoted() throws BadWord {
        int start = at;
        int close = word.indexOf('\'', at + 1);
        if (close < 0) {
            throw new BadWord(
                    start,
                    start + 1,
                    "a single quote is never closed",
                    "Close it, or write " + escape + "' for the character itself.");
        }
        at = close + 1;
        return mode == Mode.SPLIT_RAW ? word.substring(start, at) : word.substring(start + 1, close);
    }

    private String doubleQuoted(boolean rawEscapes) throws BadWord {
        int start = at;
        next();
        StringBuilder out = new StringBuilder(mode == Mode.SPLIT_RAW ? "\"" : "");
        while (true) {
            int ch = peek();
            if (ch == END) {
                throw new BadWord(
                        start,
                        start + 1,
                        "a double quote is never closed",
                        "Close it, or write " + escape + "\" for the character itself.");
            }
            if (ch == '$') {
                out.append(dollar(rawEscapes));
                checkLength(out, start);
                continue;
            }
            next();
            if (ch == '"') {
                return out.append(mode == Mode.SPLIT_RAW ? "\"" : "").toString();
            }
            if (ch == escape) {
                int escaped = peek();
                if (rawEscapes) {
                    out.append(escape);
                }
                if (escaped == END) {
                    continue;
                }
                if (escaped == '"' || escaped == '$' || escaped == escape) {
                    ch = next();
                }
            }
            out.appendCodePoint(ch);
        }
    }

    private String dollar(boolean rawEscapes) throws BadWord {
        int start = at;
        next();
        if (peek() != '{') {
            String name = name();
            if (name.isEmpty()) {
                return "$";
            }
            String value = lookup.find(name);
            return value != null ? value : mode.keepsUnset() ? "$" + name : "";
        }
        if (++depth > DEEPEST) {
            throw new BadWord(
                    start,
                    start + 2,
                    "variables are nested deeper than " + DEEPEST,
                    "Give the inner values names of their own, by ARG or ENV lines above.");
        }
        String value = depth % LEVELS_OF_A_STACK == 0 ? AnotherStack.read(() -> braces(start)) : braces(start);
        depth--;
        return value;
    }

    private String braces(int start) throws BadWord {
        next();
        switch (peek()) {
            case END -> throw unclosed('}');
            case '{', '}', ':' ->
                throw new BadWord(
                        start, Math.min(word.length(), at + 1), "bad substitution", "Expected a name behind \"${\".");
            default -> {}
        }
        String name = name();
        int modifierAt = at;
        int ch = next();
        return switch (ch) {
            case '}' -> {
                String value = lookup.find(name);
                yield value != null ? value : mode.keepsUnset() ? "${" + name + "}" : "";
            }
            case '+', '-', '?', '#', '%' -> modified(start, modifierAt, name, ch, false);
            case ':' -> modified(start, modifierAt, name, next(), true);
            case '/' -> replaced(start, name);
            case END -> throw unclosed('}');
            default -> throw unsupported(modifierAt);
        };
    }

    private BadWord unsupported(int from) {
        String modifier = word.substring(from, Math.min(at, word.length()));
        return new BadWord(
                from,
                Math.max(from + 1, at),
                "unsupported modifier (" + modifier + ") in a substitution",
                "Expected :- - :+ + :? ? # ## % %% / or // behind the name.");
    }

    private String modified(int start, int modifierAt, String name, int modifier, boolean emptyIsUnset) throws BadWord {
        int modifierEnd = at;
        boolean pattern = modifier == '#' || modifier == '%';
        words.dropCurrent();
        String argument = text('}', pattern, null);
        String found = lookup.find(name);
        if (found == null && mode.keepsUnset()) {
            return "${" + name + word.substring(modifierAt, modifierEnd) + argument + "}";
        }
        boolean present = found != null && !(emptyIsUnset && found.isEmpty());
        String value = found == null ? "" : found;
        if (modifier == '-') {
            return present ? value : argument;
        }
        if (modifier == '+') {
            return present ? argument : "";
        }
        if (modifier == '?') {
            if (!present) {
                throw new BadWord(
                        start,
                        at,
                        name + ": "
                                + (!argument.isEmpty()
                                        ? argument
                                        : found == null ? "is not allowed to be unset" : "is not allowed to be empty"),
                        "Give " + name + " a value, by ARG and --build-arg " + name + "=... or by ENV.");
            }
            return value;
        }
        if (emptyIsUnset || !pattern) {
            at = modifierEnd;
            throw unsupported(modifierAt);
        }
        boolean longest = !argument.isEmpty() && argument.charAt(0) == modifier;
        ShellPattern compiled = pattern(start, longest ? argument.substring(1) : argument);
        return modifier == '#' ? compiled.withoutPrefix(value, longest) : compiled.withoutSuffix(value, longest);
    }

    private String replaced(int start, String name) throws BadWord {
        boolean all = peek() == '/';
        if (all) {
            next();
        }
        words.dropCurrent();
        String pattern = text('/', true, null);
        String replacement = text('}', true, null);
        String value = lookup.find(name);
        if (value == null && mode.keepsUnset()) {
            return "${" + name + "/" + pattern + "/" + replacement + "}";
        }
        String result = pattern(start, pattern).replace(value == null ? "" : value, replacement, all, LONGEST);
        if (result.length() > LONGEST) {
            throw new BadWord(start, at, "the value grows beyond " + LONGEST + " characters", null);
        }
        return result;
    }

    private ShellPattern pattern(int start, String pattern) throws BadWord {
        return ShellPattern.compile(pattern)
                .orElseThrow(() -> new BadWord(
                        start,
                        at,
                        "invalid pattern (" + pattern + ") in a substitution",
                        "A backslash may stand before *, ?, \\, / and } only."));
    }

    private String name() {
        int start = at;
        int first = peek();
        if (first == END) {
            return "";
        }
        if (Character.isDigit(first)) {
            while (peek() != END && Character.isDigit(peek())) {
                next();
            }
        } else if ("@*#?-$!".indexOf(first) >= 0) {
            next();
        } else {
            while (peek() != END && (Character.isLetterOrDigit(peek()) || peek() == '_')) {
                next();
            }
        }
        return word.substring(start, at);
    }

    /** Collects the words between unquoted blanks. */
    private static final class Words {
        private final List<String> finished = new ArrayList<>();
        private final StringBuilder current = new StringBuilder();

        void add(String piece, boolean atBlanks) {
            if (!atBlanks) {
                current.append(piece);
                return;
            }
            for (int i = 0; i < piece.length(); i++) {
                char ch = piece.charAt(i);
                if (Blanks.isSpace(ch)) {
                    finishCurrent();
                } else {
                    current.append(ch);
                }
            }
        }

        /** BuildKit loses what stands in a word before a modifier; only EXPOSE splits words, and so shows it. */
        void dropCurrent() {
            current.setLength(0);
        }

        List<String> finish() {
            finishCurrent();
            return List.copyOf(finished);
        }

        private void finishCurrent() {
            if (!current.isEmpty()) {
                finished.add(current.toString());
                current.setLength(0);
            }
        }
    }
}
