package dev.slipway.build;

import dev.slipway.dockerfile.Expander;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of a stage at one point, set by ENV and ARG alike, and the arguments that were declared (spec: ARG, "a
 * later ENV overrides an ARG", "a later ARG also shadows ENV inside RUN").
 *
 * @param variables what words and commands see
 * @param declared the arguments, for the history of RUN, in the order of their declaration
 */
record Scope(Map<String, String> variables, List<Argument> declared) {
    static final Scope EMPTY = new Scope(Map.of(), List.of());

    /** A declared argument; no value where nobody gave one. */
    record Argument(String name, Optional<String> value) {}

    Scope {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        declared = List.copyOf(declared);
    }

    Scope with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(variables);
        changed.put(name, value);
        return new Scope(changed, declared);
    }

    /** With an argument; one that only the builder reads sets no variable. */
    Scope declare(Argument argument, boolean visible) {
        List<Argument> more = new ArrayList<>(declared);
        more.add(argument);
        Scope with = argument.value().isPresent() && visible
                ? with(argument.name(), argument.value().get())
                : this;
        return new Scope(with.variables, more);
    }

    Expander expander(char escape) {
        return new Expander(variables, escape);
    }
}
