package dev.slipway.dockerfile;

import java.util.Arrays;
import java.util.Optional;

/**
 * The patterns of {@code #}, {@code %} and {@code /}: {@code *} and {@code ?} match characters other than a newline, a
 * backslash escapes, brackets are plain. Matching takes time in proportion to the value, whatever the pattern.
 */
final class ShellPattern {
    private static final int ANY = -1;
    private static final int STAR = -2;

    private final int[] tokens;

    private ShellPattern(int[] tokens) {
        this.tokens = tokens;
    }

    static Optional<ShellPattern> compile(String pattern) {
        int[] characters = pattern.codePoints().toArray();
        int[] tokens = new int[characters.length];
        int count = 0;
        for (int at = 0; at < characters.length; at++) {
            int ch = characters[at];
            int next = at + 1 < characters.length ? characters[at + 1] : -1;
            if (ch == '*') {
                if (count == 0 || tokens[count - 1] != STAR) {
                    tokens[count++] = STAR;
                }
            } else if (ch == '?') {
                tokens[count++] = ANY;
            } else if (ch != '\\') {
                tokens[count++] = ch;
            } else if (next == '*' || next == '?' || next == '\\') {
                tokens[count++] = next;
                at++;
            } else if (next != '}' && next != '/') {
                return Optional.empty();
            }
        }
        return Optional.of(new ShellPattern(Arrays.copyOf(tokens, count)));
    }

    String withoutPrefix(String value, boolean longest) {
        int[] characters = value.codePoints().toArray();
        int end = matchAt(tokens, characters, 0, longest);
        return end < 0 ? value : new String(characters, end, characters.length - end);
    }

    String withoutSuffix(String value, boolean longest) {
        int[] characters = reversed(value.codePoints().toArray());
        int end = matchAt(reversed(tokens), characters, 0, longest);
        return end < 0 ? value : new String(reversed(characters), 0, characters.length - end);
    }

    /** Replaces the first match, or all; gives up early once the result is longer than {@code limit}. */
    String replace(String value, String replacement, boolean all, int limit) {
        int[] characters = value.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        int copied = 0;
        int from = 0;
        while (from <= characters.length && out.length() <= limit) {
            long match = find(characters, from);
            if (match < 0) {
                break;
            }
            int start = (int) (match >>> 32);
            int end = (int) match;
            out.append(new String(characters, copied, start - copied));
            // An empty match straight behind the one before it doesn't count.
            if (end > copied || start == 0) {
                out.append(replacement);
            }
            copied = end;
            from = end > from ? end : from + 1;
            if (!all) {
                break;
            }
        }
        return out.append(new String(characters, copied, characters.length - copied))
                .toString();
    }

    /** The end of the match that begins at {@code start}, or -1. */
    private static int matchAt(int[] tokens, int[] characters, int start, boolean longest) {
        boolean[] states = new boolean[tokens.length + 1];
        states[0] = true;
        int best = -1;
        for (int at = start; ; at++) {
            boolean alive = false;
            for (int state = 0; state < tokens.length; state++) {
                if (states[state] && tokens[state] == STAR) {
                    states[state + 1] = true;
                }
            }
            if (states[tokens.length]) {
                best = at;
                if (!longest) {
                    return best;
                }
            }
            if (at == characters.length) {
                return best;
            }
            for (int state = tokens.length; state > 0; state--) {
                states[state] = states[state - 1] && eats(tokens[state - 1], characters[at])
                        || state < tokens.length && states[state] && tokens[state] == STAR && characters[at] != '\n';
                alive |= states[state];
            }
            states[0] = states[0] && tokens.length > 0 && tokens[0] == STAR && characters[at] != '\n';
            if (!alive && !states[0]) {
                return best;
            }
        }
    }

    private static boolean eats(int token, int ch) {
        return token == ANY ? ch != '\n' : token == ch;
    }

    /** The leftmost match from {@code from} on, the longest of these, as start and end in one number; -1 if none. */
    private long find(int[] characters, int from) {
        int[] starts = new int[tokens.length + 1];
        Arrays.fill(starts, Integer.MAX_VALUE);
        int bestStart = Integer.MAX_VALUE;
        int bestEnd = -1;
        for (int at = from; ; at++) {
            if (bestEnd < 0) {
                starts[0] = Math.min(starts[0], at);
            }
            boolean alive = false;
            for (int state = 0; state < tokens.length; state++) {
                if (tokens[state] == STAR) {
                    starts[state + 1] = Math.min(starts[state + 1], starts[state]);
                }
            }
            if (starts[tokens.length] <= bestStart && starts[tokens.length] != Integer.MAX_VALUE) {
                bestStart = starts[tokens.length];
                bestEnd = at;
            }
            if (at == characters.length) {
                break;
            }
            for (int state = tokens.length; state >= 0; state--) {
                int start = Integer.MAX_VALUE;
                if (state > 0 && eats(tokens[state - 1], characters[at])) {
                    start = starts[state - 1];
                }
                if (state < tokens.length && tokens[state] == STAR && characters[at] != '\n') {
                    start = Math.min(start, starts[state]);
                }
                starts[state] = start;
                alive |= start <= bestStart && start != Integer.MAX_VALUE;
            }
            if (bestEnd >= 0 && !alive) {
                break;
            }
        }
        return bestEnd < 0 ? -1 : (long) bestStart << 32 | bestEnd;
    }

    private static int[] reversed(int[] values) {
        int[] result = new int[values.length];
        for (int at = 0; at < values.length; at++) {
            result[at] = values[values.length - 1 - at];
        }
        return result;
    }
}
