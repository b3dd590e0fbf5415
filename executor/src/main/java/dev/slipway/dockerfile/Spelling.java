package dev.slipway.dockerfile;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what was probably meant: the nearest of the right words. */
public final class Spelling {
    /** Among more words than anybody writes, a hint isn't worth the time of comparing all. */
    private static final int MOST_CANDIDATES = 2_000;

    private Spelling() {}

    /** The nearest of all, however far; the first of several. */
    public static String closest(String word, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.<String>comparingInt(each -> distance(word, each))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** The nearest word, if it is near enough to be worth saying. */
    static Optional<String> nearest(String word, Collection<String> candidates) {
        String folded = word.toLowerCase(Locale.ROOT);
        int limit = folded.length() <= 2 ? 0 : folded.length() <= 5 ? 1 : folded.length() <= 8 ? 2 : 3;
        if (limit == 0 || candidates.size() > MOST_CANDIDATES) {
            return Optional.empty();
        }
        String best = null;
        int bestDistance = limit + 1;
        for (String candidate : candidates) {
            String other = candidate.toLowerCase(Locale.ROOT);
            if (Math.abs(other.length() - folded.length()) < bestDistance) {
                int distance = distance(folded, other);
                if (distance > 0 && distance < bestDistance && distance < Math.max(folded.length(), other.length())) {
                    best = candidate;
                    bestDistance = distance;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code ; did you mean X?} or nothing, to be put behind a sentence. */
    static String hint(String word, Collection<String> candidates) {
        return nearest(word, candidates)
                .map(right -> "; did you mean " + right + "?")
                .orElse("");
    }

    /** Edits between two words, where two neighbours that changed places count as one. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(Math.min(last[j] + 1, current[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, beforeLast[j - 2] + 1);
                }
                current[j] = least;
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = current;
            current = spare;
        }
        return last[b.length()];
    }
}
