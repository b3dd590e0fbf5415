package dev.slipway.dockerfile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.TreeSet;

/** The stages of a file by their names, found without looking at all of them. */
final class StageNames {
    private final Map<String, NavigableSet<Integer>> stages = new HashMap<>();

    StageNames(List<Stage> all) {
        for (Stage stage : all) {
            stage.name()
                    .ifPresent(name -> stages.computeIfAbsent(name, first -> new TreeSet<>())
                            .add(stage.index()));
        }
    }

    /** The last stage below {@code before} that has this name, as written. */
    OptionalInt last(String name, int before) {
        NavigableSet<Integer> named = stages.get(name);
        Integer index = named == null ? null : named.lower(before);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
