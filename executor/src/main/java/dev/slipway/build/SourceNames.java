package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.dockerfile.Stage;
import dev.slipway.image.Platform;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What the names mean that FROM, {@code --from} and {@code --target} use (spec: FROM and stages). FROM finds earlier
 * stages by their lower-case name only; the others any stage, whatever the case, the last of a name; numbers count from
 * 0.
 */
final class SourceNames {
    static final String SCRATCH = "scratch";
    private static final NavigableSet<Integer> NOBODY = Collections.emptyNavigableSet();

    private final List<Stage> stages;
    private final NamedContexts contexts;
    private final Map<String, NavigableSet<Integer>> byName = new HashMap<>();

    SourceNames(List<Stage> stages, NamedContexts contexts) {
        this.stages = List.copyOf(stages);
        this.contexts = contexts;
        for (Stage stage : stages) {
            stage.name()
                    .ifPresent(name -> byName.computeIfAbsent(name, first -> new TreeSet<>())
                            .add(stage.index()));
        }
    }

    /** What a FROM starts from, which is for {@code platform} where contexts are told apart by it. */
    Base base(Stage stage, String image, Platform platform) throws BuildException {
        NavigableSet<Integer> named = byName.getOrDefault(image, NOBODY);
        Integer earlier = named.lower(stage.index());
        if (earlier != null) {
            return new Base.OfStage(earlier);
        }
        return elsewhere(image, contexts.find(image, platform));
    }

    /** What a {@code COPY --from} takes from. */
    Base copySource(InstructionSource source, String from) throws BuildException {
        Optional<Integer> number = number(from);
        if (number.isEmpty()) {
            return mountSource(from);
        }
        if (number.get() >= stages.size()) {
            throw Locations.dockerfile(
                    source,
                    "COPY --from=%s: there is no stage %s, the last is %d; name the stage with FROM ... AS and use the name"
                            .formatted(from, from, stages.size() - 1));
        }
        return new Base.OfStage(number.get());
    }

    /** What a mount takes from: names only. */
    Base mountSource(String from) throws BuildException {
        NavigableSet<Integer> named = byName.getOrDefault(from.toLowerCase(Locale.ROOT), NOBODY);
        return !named.isEmpty() ? new Base.OfStage(named.last()) : elsewhere(from, contexts.find(from));
    }

    /** The stage that {@code --target} names, by name in any case or by number. */
    static Optional<Integer> target(List<Stage> stages, String name) {
        Optional<String> folded = Optional.of(name.toLowerCase(Locale.ROOT));
        return stages.reversed().stream()
                .filter(stage -> stage.name().equals(folded))
                .map(Stage::index)
                .findFirst()
                .or(() -> number(name).filter(number -> number < stages.size()));
    }

    private static Base elsewhere(String name, Optional<Base> context) {
        if (name.equals(SCRATCH)) {
            return new Base.Scratch();
        }
        return context.isPresent() ? context.get() : new Base.OfImage(name);
    }

    private static Optional<Integer> number(String text) {
        return text.matches("[0-9]{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }
}
