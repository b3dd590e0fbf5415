package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A pattern for names and paths, compiled once: Go's {@code filepath.Match}, as COPY's wildcards are, and with {@code **},
 * as .dockerignore, {@code --exclude} and {@code --parents} have it. What is matched are bytes: characters where they are
 * UTF-8, else single bytes, which only {@code *}, {@code ?} and a negated class match. Takes time in proportion to the
 * path's length, whatever the pattern.
 */
public final class PathPattern {
    private static final int ANY = -1;
    private static final int STAR = -2;
    private static final int ALL = -3;
    /** Begins {@code (.*\/)?}: nothing, or the state behind it. */
    private static final int DIRECTORIES = -4;
    /** Goes on with {@code (.*\/)?}: up to a slash. */
    private static final int INSIDE_DIRECTORIES = -5;

    private static final int FIRST_CLASS = -6;
    private static final int FIRST_LONE_BYTE = 0x110000;

    private final String text;
    private final int[] tokens;
    private final List<CharacterClass> classes;

    private PathPattern(String text, int[] tokens, List<CharacterClass> classes) {
        this.text = text;
        this.tokens = tokens;
        this.classes = classes;
    }

    private record CharacterClass(boolean negated, int[] bounds) {
        boolean matches(int ch) {
            boolean inside = false;
            for (int at = 0; at < bounds.length && !inside; at += 2) {
                inside = bounds[at] <= ch && ch <= bounds[at + 1];
            }
            return inside != negated;
        }
    }

    /**
     * One component of a COPY source: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]} and the backslash; two stars are
     * one. Empty for a syntax error, such as a bracket that is never closed.
     */
    public static Optional<PathPattern> component(String pattern) {
        return new Compiler(pattern, false).compile();
    }

    /** A whole path, where {@code **} stands for any number of directories. Empty for a syntax error. */
    public static Optional<PathPattern> path(String pattern) {
        return new Compiler(pattern, true).compile();
    }

    /** Whether a COPY source is looked up by its wildcards rather than by its name. */
    public static boolean hasWildcards(String source) {
        for (int at = 0; at < source.length(); at++) {
            char ch = source.charAt(at);
            if (ch == '\\') {
                at++;
            } else if (ch == '*' || ch == '?' || ch == '[') {
                return true;
            }
        }
        return false;
    }

    public boolean matches(byte[] path) {
        return isMatch(step(start(), path));
    }

    /** The state before any character. */
    long[] start() {
        long[] states = new long[tokens.length / 64 + 1];
        add(states, 0);
        return states;
    }

    /** The state after some more bytes; a whole number of characters must be given. */
    long[] step(long[] states, byte[] bytes) {
        long[] current = states.clone();
        long[] spare = new long[states.length];
        int at = 0;
        while (at < bytes.length && !isDead(current)) {
            int ch = bytes[at];
            if (ch >= 0) {
                at++;
            } else {
                int length = sequence(bytes, at);
                ch = length == 1 ? FIRST_LONE_BYTE + (ch & 0xFF) : character(bytes, at, length);
                at += length;
            }
            step(current, ch, spare);
            long[] done = current;
            current = spare;
            spare = done;
        }
        return current;
    }

    private void step(long[] from, int ch, long[] to) {
        Arrays.fill(to, 0);
        for (int word = 0; word < from.length; word++) {
            for (long bits = from[word]; bits != 0; bits &= bits - 1) {
                int state = word * 64 + Long.numberOfTrailingZeros(bits);
                if (state < tokens.length) {
                    step(state, ch, to);
                }
            }
        }
    }

    private void step(int state, int ch, long[] to) {
        int token = tokens[state];
        switch (token) {
            case ANY -> {
                if (ch != '/') {
                    add(to, state + 1);
                }
            }
            case STAR -> {
                if (ch != '/') {
                    add(to, state);
                }
            }
            case ALL -> add(to, state);
            case DIRECTORIES -> {}
            case INSIDE_DIRECTORIES -> {
                add(to, state);
                if (ch == '/') {
                    add(to, state + 1);
                }
            }
            default -> {
                if (token >= 0 ? token == ch : classes.get(FIRST_CLASS - token).matches(ch)) {
                    add(to, state + 1);
                }
            }
        }
    }

    private void add(long[] states, int first) {
        int state = first;
        while (true) {
            states[state >> 6] |= 1L << state;
            if (state == tokens.length) {
                return;
            }
            if (tokens[state] == STAR || tokens[state] == ALL) {
                state++;
            } else if (tokens[state] == DIRECTORIES) {
                states[state + 1 >> 6] |= 1L << (state + 1);
                state += 2;
            } else {
                return;
            }
        }
    }

    boolean isMatch(long[] states) {
        return (states[tokens.length >> 6] & 1L << tokens.length) != 0;
    }

    /** Whether nothing that follows can match any more. */
    static boolean isDead(long[] states) {
        for (long word : states) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    private static int sequence(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
        if (lead > 0xF4 || at + length > bytes.length) {
            return 1;
        }
        for (int next = 1; next < length; next++) {
            if ((bytes[at + next] & 0xC0) != 0x80) {
                return 1;
            }
        }
        int ch = character(bytes, at, length);
        boolean overlong = length == 3 && ch < 0x800 || length == 4 && (ch < 0x10000 || ch > 0x10FFFF);
        return overlong || ch >= 0xD800 && ch <= 0xDFFF ? 1 : length;
    }

    private static int character(byte[] bytes, int at, int length) {
        int ch = bytes[at] & 0x7F >> length;
        for (int next = 1; next < length; next++) {
            ch = ch << 6 | bytes[at + next] & 0x3F;
        }
        return ch;
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class Compiler {
        private final String pattern;
        private final int[] characters;
        private final boolean doubleStars;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<CharacterClass> classes = new ArrayList<>();
        private int at;

        Compiler(String pattern, boolean doubleStars) {
            this.pattern = pattern;
            this.characters = pattern.codePoints().toArray();
            this.doubleStars = doubleStars;
        }

        Optional<PathPattern> compile() {
            boolean bareDoubleStarInFront = false;
            while (at < characters.length) {
                boolean inFront = at == 0;
                int ch = characters[at++];
                if (ch == '*' && at < characters.length && characters[at] == '*' && doubleStars) {
                    at++;
                    boolean slash = at < characters.length && characters[at] == '/';
                    at += slash ? 1 : 0;
                    bareDoubleStarInFront |= inFront && !slash && at < characters.length;
                    addDoubleStar();
                } else if (ch == '*') {
                    if (tokens.isEmpty() || tokens.getLast() != STAR) {
                        tokens.add(STAR);
                    }
                } else if (ch == '?') {
                    tokens.add(ANY);
                } else if (ch == '[') {
                    if (!addClass()) {
                        return Optional.empty();
                    }
                } else if (ch == '\\') {
                    if (at == characters.length) {
                        return Optional.empty();
                    }
                    bareDoubleStarInFront = false;
                    tokens.add(characters[at++]);
                } else {
                    tokens.add(ch);
                }
            }
            if (bareDoubleStarInFront && tokens.stream().skip(2).allMatch(token -> token >= 0)) {
                // "**name" is compared with the path's end only, so it matches "xname", unlike "**n*".
                tokens.set(0, ALL);
                tokens.remove(1);
            }
            return Optional.of(new PathPattern(
                    pattern, tokens.stream().mapToInt(Integer::intValue).toArray(), List.copyOf(classes)));
        }

        private void addDoubleStar() {
            if (at == characters.length) {
                tokens.add(ALL);
            } else {
                tokens.add(DIRECTORIES);
                tokens.add(INSIDE_DIRECTORIES);
            }
        }

        private boolean addClass() {
            boolean negated = at < characters.length && characters[at] == '^';
            at += negated ? 1 : 0;
            List<Integer> bounds = new ArrayList<>();
            while (at < characters.length && (characters[at] != ']' || bounds.isEmpty())) {
                int low = classCharacter();
                if (low < 0) {
                    return false;
                }
                int high = low;
                if (at < characters.length && characters[at] == '-') {
                    at++;
                    high = classCharacter();
                    if (high < 0) {
                        return false;
                    }
                }
                bounds.add(low);
                bounds.add(high);
            }
            if (at >= characters.length) {
                return false;
            }
            at++;
            tokens.add(FIRST_CLASS - classes.size());
            classes.add(new CharacterClass(
                    negated, bounds.stream().mapToInt(Integer::intValue).toArray()));
            return true;
        }

        /** One character of a class, escaped or not; -1 where none may stand. */
        private int classCharacter() {
            if (at >= characters.length || characters[at] == '-' || characters[at] == ']') {
                return -1;
            }
            if (characters[at] == '\\') {
                at++;
            }
            return at < characters.length ? characters[at++] : -1;
        }
    }
}
