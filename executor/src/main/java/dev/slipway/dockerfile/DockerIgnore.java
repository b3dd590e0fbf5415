package dev.slipway.dockerfile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept out: a .dockerignore file, or the {@code --exclude} flags of one COPY (spec: dockerfile.md,
 * .dockerignore). Patterns are compiled once; the last that matches a path, or a directory above it, decides. Paths are
 * bytes, relative to the root that the patterns are for, without a slash in front.
 */
public final class DockerIgnore {
    private static final Set<String> WHOLE_ROOT = Set.of("*", "**", "**/*");
    private static final DockerIgnore NONE = new DockerIgnore(List.of());

    private final List<Rule> rules;
    private final boolean hasExceptions;

    private DockerIgnore(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        this.hasExceptions = rules.stream().anyMatch(Rule::isException);
    }

    /**
     * One pattern.
     *
     * @param line its line in the file, or its place among the flags, from 1
     * @param text as written
     * @param isException whether {@code !} takes back in what it matches
     */
    public record Rule(int line, String text, boolean isException, PathPattern pattern) {}

    /** Keeps nothing out. */
    public static DockerIgnore none() {
        return NONE;
    }

    /**
     * Reads a file.
     *
     * @param name what messages call it
     */
    public static DockerIgnore parse(String name, byte[] content) throws DockerfileException {
        SourceText text = SourceText.decode(name, content);
        List<Rule> rules = new ArrayList<>();
        List<String> lines = text.file().lines();
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.startsWith("#")) {
                continue;
            }
            String pattern = Blanks.trim(line);
            boolean exception = pattern.startsWith("!");
            String path = exception ? Blanks.trim(pattern.substring(1)) : pattern;
            if (path.isEmpty() && !exception) {
                continue;
            }
            if (!path.isEmpty()) {
                path = CleanPath.of(path);
                path = path.length() > 1 && path.startsWith("/") ? path.substring(1) : path;
            }
            rules.add(rule(text.file(), at + 1, line, exception, path));
        }
        return new DockerIgnore(rules);
    }

    /** The values of {@code --exclude} of an instruction. Unlike in a file, a slash in front makes a pattern match nothing. */
    public static DockerIgnore excludes(InstructionSource source, List<String> patterns) throws DockerfileException {
        List<Rule> rules = new ArrayList<>();
        SourceFile quoted =
                new SourceFile(source.file().name() + ":" + source.range().lines() + " --exclude", patterns);
        for (int at = 0; at < patterns.size(); at++) {
            String trimmed = Blanks.trim(patterns.get(at));
            if (!trimmed.isEmpty()) {
                String cleaned = CleanPath.of(trimmed);
                boolean exception = cleaned.startsWith("!");
                rules.add(
                        rule(quoted, at + 1, patterns.get(at), exception, exception ? cleaned.substring(1) : cleaned));
            }
        }
        return new DockerIgnore(rules);
    }

    private static Rule rule(SourceFile file, int line, String written, boolean exception, String path)
            throws DockerfileException {
        int ink = Blanks.leading(written, 0);
        int column = 1 + written.codePointCount(0, ink);
        String shown = Blanks.trim(written);
        SourceRange range = new SourceRange(line, column, line, column + shown.codePointCount(0, shown.length()));
        if (path.isEmpty()) {
            throw new DockerfileException(
                    file, range, "the pattern \"!\" names nothing to take back in", "Expected a pattern behind it.");
        }
        PathPattern pattern = PathPattern.path(path)
                .orElseThrow(() -> new DockerfileException(
                        file,
                        range,
                        "syntax error in pattern " + Quotes.quote(shown),
                        "A '[' needs its ']', a range two ends, a backslash a character; write \\[ for the"
                                + " character."));
        return new Rule(line, shown, exception, pattern);
    }

    /** The patterns in order. */
    public List<Rule> rules() {
        return rules;
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether some pattern takes back in what others keep out. */
    public boolean hasExceptions() {
        return hasExceptions;
    }

    /** Whether a path is kept out. */
    public boolean excludes(byte[] path) {
        return decidingRule(path).map(rule -> !rule.isException()).orElse(false);
    }

    /** The same for a path that is text. */
    public boolean excludes(String path) {
        return excludes(path.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Whether the build check for ignored sources counts a cleaned source of COPY as kept out, for patterns without
     * exceptions. As BuildKit does, the root counts only where a pattern means all that is in it, and a slash in front of
     * a source is a character that patterns don't have.
     */
    boolean excludesSource(String source) {
        if (source.equals(".") || source.equals("/")) {
            return rules.stream()
                    .anyMatch(rule -> WHOLE_ROOT.contains(rule.pattern().toString()));
        }
        if (!source.startsWith("/")) {
            return excludes(source);
        }
        for (int end = source.length(); end >= 0; end = source.lastIndexOf('/', end - 1)) {
            byte[] path = source.substring(0, end).getBytes(StandardCharsets.UTF_8);
            if (rules.stream().anyMatch(rule -> rule.pattern().matches(path))) {
                return true;
            }
            if (end == 0) {
                break;
            }
        }
        return false;
    }

    /** The pattern that keeps a path out, or that took it back in; empty if none has a say. */
    public Optional<Rule> decidingRule(byte[] path) {
        Walk walk = root();
        int from = 0;
        for (int at = 0; at <= path.length; at++) {
            if (at == path.length || path[at] == '/') {
                byte[] name = Arrays.copyOfRange(path, from, at);
                if (name.length > 0) {
                    walk = walk.enter(name);
                }
                from = at + 1;
            }
        }
        return walk.decidingRule();
    }

    /** The root of a tree, to walk down from. Each name is then matched once, however many patterns there are above it. */
    public Walk root() {
        long[][] states = new long[rules.size()][];
        for (int at = 0; at < states.length; at++) {
            states[at] = rules.get(at).pattern().start();
        }
        return new Walk(states, new boolean[states.length], -1, true);
    }

    /** One file or directory of a walk. Immutable; a directory's may be entered by several threads. */
    public final class Walk {
        private static final byte[] SLASH = {'/'};

        private final long[][] states;
        private final boolean[] matched;
        private final int deciding;
        private final boolean isRoot;

        private Walk(long[][] states, boolean[] matched, int deciding, boolean isRoot) {
            this.states = states;
            this.matched = matched;
            this.deciding = deciding;
            this.isRoot = isRoot;
        }

        /** The entry of this name in this directory. */
        public Walk enter(byte[] name) {
            long[][] next = new long[states.length][];
            boolean[] matches = new boolean[states.length];
            boolean excluded = false;
            int decides = -1;
            for (int at = 0; at < next.length; at++) {
                Rule rule = rules.get(at);
                long[] below = isRoot ? states[at] : rule.pattern().step(states[at], SLASH);
                next[at] = rule.pattern().step(below, name);
                boolean match = matched[at];
                if (!match) {
                    // A pattern that can't change the verdict is not asked, nor remembered for what lies below: an
                    // exception for a directory doesn't reach files in it that only another pattern kept out.
                    if (rule.isException() != excluded) {
                        continue;
                    }
                    match = rule.pattern().isMatch(next[at]);
                }
                matches[at] = match;
                if (match) {
                    excluded = !rule.isException();
                    decides = at;
                }
            }
            return new Walk(next, matches, decides, false);
        }

        /** Whether it is kept out. */
        public boolean isExcluded() {
            return deciding >= 0 && !rules.get(deciding).isException();
        }

        /** Whether a directory that is kept out may hold something that isn't; if not, it needn't be read at all. */
        public boolean mayHoldIncluded() {
            if (!isExcluded()) {
                return true;
            }
            for (int at = 0; at < states.length; at++) {
                if (rules.get(at).isException()
                        && !PathPattern.isDead(rules.get(at).pattern().step(states[at], SLASH))) {
                    return true;
                }
            }
            return false;
        }

        /** The pattern that decided, if one did. */
        public Optional<Rule> decidingRule() {
            return deciding < 0 ? Optional.empty() : Optional.of(rules.get(deciding));
        }
    }
}
