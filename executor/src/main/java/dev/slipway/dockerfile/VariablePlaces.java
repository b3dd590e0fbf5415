package dev.slipway.dockerfile;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where an instruction's text says {@code $name} or <code>${name</code>, found in one pass; each place is given once. */
final class VariablePlaces {
    private final Map<String, Deque<Place>> places = new HashMap<>();

    /** A place in the joined text, and what stands there. */
    record Place(int at, String word) {}

    VariablePlaces(InstructionSource source) {
        String text = source.text();
        int at = text.indexOf('$', source.keyword().length());
        while (at >= 0) {
            int from = text.startsWith("{", at + 1) ? at + 2 : at + 1;
            int end = from;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            if (end > from) {
                places.computeIfAbsent(text.substring(from, end), name -> new ArrayDeque<>())
                        .add(new Place(at, text.substring(at, end)));
            }
            at = text.indexOf('$', at + 1);
        }
    }

    /** The next place that says this name; empty if the text has no more, as where a heredoc says it. */
    Optional<Place> next(String name) {
        return Optional.ofNullable(places.get(name)).map(Deque::poll);
    }
}
