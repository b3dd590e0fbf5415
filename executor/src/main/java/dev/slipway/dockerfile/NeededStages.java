package dev.slipway.dockerfile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which stages a build needs: its targets, what they go on from, and what they take files from. */
final class NeededStages {
    private final List<Stage> stages;
    private final List<FromInstruction> bases;
    private final StageNames names;

    /** @param bases the stages' FROM instructions, expanded */
    NeededStages(List<Stage> stages, List<FromInstruction> bases, StageNames names) {
        this.stages = stages;
        this.bases = bases;
        this.names = names;
    }

    /** What a build of the targets would need; of the last stage, if there are none. */
    Set<Integer> of(Collection<String> targets) throws DockerfileException {
        Set<Integer> needed = new HashSet<>();
        int count = stages.size();
        Deque<Integer> todo = new ArrayDeque<>();
        targets.forEach(name -> todo.add(stage(name, count).orElse(count - 1)));
        if (todo.isEmpty()) {
            todo.add(count - 1);
        }
        while (!todo.isEmpty()) {
            int index = todo.pop();
            if (needed.add(index)) {
                names.last(bases.get(index).image(), index).ifPresent(todo::add);
                for (Instruction instruction : stages.get(index).instructions()) {
                    todo.addAll(sources(instruction, index));
                }
            }
        }
        return needed;
    }

    private Optional<Integer> stage(String name, int before) {
        if (name.matches("[0-9]{1,6}")) {
            int index = Integer.parseInt(name);
            return index < before ? Optional.of(index) : Optional.empty();
        }
        return named(name, before);
    }

    private Optional<Integer> named(String name, int before) {
        OptionalInt named = names.last(name.toLowerCase(Locale.ROOT), before);
        return named.isPresent() ? Optional.of(named.getAsInt()) : Optional.empty();
    }

    /** The earlier stages that an instruction takes from: COPY by name or number, mounts by name. */
    private List<Integer> sources(Instruction instruction, int before) throws DockerfileException {
        List<Integer> sources = new ArrayList<>();
        if (instruction instanceof CopyInstruction copy) {
            copy.from().flatMap(name -> stage(name, before)).ifPresent(sources::add);
        } else if (instruction instanceof RunInstruction run) {
            for (String origin : run.mountOrigins()) {
                named(origin, before).ifPresent(sources::add);
            }
        }
        return sources;
    }
}
