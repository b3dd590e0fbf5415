package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replaces variables in the words of instructions (spec: dockerfile.md, Expansion) by values that are fixed when it is
 * made, so that each instruction sees those from before itself. A variable that is not in the map is unset; one that maps
 * to the empty string is set.
 */
public final class Expander {
    private final Map<String, String> variables;
    private final char escape;
    private final Listener listener;

    /** Hears which names words ask for, for build checks and cache keys. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A word asked for a variable.
         *
         * @param isSet whether it has a value, be it empty
         */
        void used(String name, boolean isSet);

        /** What follows is asked by another word. */
        default void nextWord() {}
    }

    /**
     * Expands with these values.
     *
     * @param escape the file's escape character, {@link Dockerfile#escape}
     */
    public Expander(Map<String, String> variables, char escape) {
        this(Map.copyOf(variables), escape, (name, isSet) -> {});
    }

    /**
     * Expands with the values that a map has at the time, for callers that ask before they change it: a copy for each
     * instruction would make time grow with the square of a file's variables.
     */
    static Expander over(Map<String, String> variables, char escape) {
        return new Expander(variables, escape, (name, isSet) -> {});
    }

    private Expander(Map<String, String> variables, char escape, Listener listener) {
        this.variables = variables;
        this.escape = escape;
        this.listener = listener;
    }

    /** The same, telling someone which names are used. */
    public Expander reportingTo(Listener newListener) {
        return new Expander(variables, escape, newListener);
    }

    /** One word: variables replaced, quotes taken off, escapes resolved, never split. */
    public String word(InstructionSource source, String word) throws DockerfileException {
        if (isPlain(word)) {
            return word;
        }
        listener.nextWord();
        try {
            return new WordLexer(word, escape, WordLexer.Mode.EXPAND, this::find)
                    .expand()
                    .text();
        } catch (BadWord bad) {
            throw refuse(source, word, bad);
        }
    }

    /** One word that may become several, split at the blanks that are in no quotes, also at those of a value. */
    List<String> splitWord(InstructionSource source, String word) throws DockerfileException {
        try {
            return new WordLexer(word, escape, WordLexer.Mode.EXPAND, this::find)
                    .expand()
                    .words();
        } catch (BadWord bad) {
            throw refuse(source, word, bad);
        }
    }

    List<String> words(InstructionSource source, List<String> words) throws DockerfileException {
        List<String> expanded = new ArrayList<>(words.size());
        for (String word : words) {
            expanded.add(word(source, word));
        }
        return expanded;
    }

    Optional<String> optional(InstructionSource source, Optional<String> word) throws DockerfileException {
        return word.isPresent() ? Optional.of(word(source, word.get())) : word;
    }

    List<KeyValue> pairs(InstructionSource source, List<KeyValue> pairs) throws DockerfileException {
        List<KeyValue> expanded = new ArrayList<>(pairs.size());
        for (KeyValue pair : pairs) {
            expanded.add(new KeyValue(word(source, pair.key()), word(source, pair.value())));
        }
        return expanded;
    }

    /** The body of a heredoc of COPY or ADD: quotes are text, and the escape is the backslash in every file. */
    Heredoc heredoc(InstructionSource source, Heredoc heredoc) throws DockerfileException {
        String body = heredoc.content();
        listener.nextWord();
        try {
            String text = new WordLexer(body, '\\', WordLexer.Mode.HEREDOC_BODY, this::find)
                    .expand()
                    .text();
            return new Heredoc(heredoc.name(), text, false, false, heredoc.fileDescriptor());
        } catch (BadWord bad) {
            String verbatim = "Quote the delimiter (<<'" + heredoc.name() + "') to keep the body as it is.";
            throw new DockerfileException(
                    source.file(),
                    heredoc.place(source, bad.from(), bad.to()),
                    source.keyword() + " heredoc " + heredoc.name() + ": " + bad.problem(),
                    bad.expectation() == null ? verbatim : bad.expectation() + " " + verbatim);
        }
    }

    /** What else an unset variable of this word may have been meant to be. */
    String hint(String word) {
        StringBuilder hint = new StringBuilder();
        Expander listening = reportingTo((name, isSet) -> {
            if (!isSet && hint.isEmpty()) {
                hint.append(Spelling.hint(name, variables.keySet()));
            }
        });
        try {
            new WordLexer(word, escape, WordLexer.Mode.EXPAND, listening::find).expand();
        } catch (BadWord bad) {
            return "";
        }
        return hint.toString();
    }

    private @Nullable String find(String name) {
        String value = variables.get(name);
        listener.used(name, value != null);
        return value;
    }

    private boolean isPlain(String word) {
        for (int at = 0; at < word.length(); at++) {
            char ch = word.charAt(at);
            if (ch == '$' || ch == '\'' || ch == '"' || ch == escape) {
                return false;
            }
        }
        return true;
    }

    private static DockerfileException refuse(InstructionSource source, String word, BadWord bad) {
        int start = source.text()
                .indexOf(word, Math.min(source.keyword().length(), source.text().length()));
        String problem = source.keyword() + ": " + bad.problem();
        if (start < 0) {
            return DockerfileException.at(source, problem, bad.expectation());
        }
        int from = start + Math.min(bad.from(), word.length());
        return DockerfileException.at(
                source,
                from,
                Math.max(from + 1, start + Math.min(bad.to(), word.length())),
                problem,
                bad.expectation());
    }
}
