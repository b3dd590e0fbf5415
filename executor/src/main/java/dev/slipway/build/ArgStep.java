package dev.slipway.build;

import dev.slipway.dockerfile.ArgDeclaration;
import dev.slipway.dockerfile.ArgInstruction;
import dev.slipway.dockerfile.DockerfileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** ARG: what was given wins, then the default, then the global value; each word sees the ones before it. */
final class ArgStep {
    /** Arguments that only the builder reads. */
    private static final Set<String> NOT_VARIABLES = Set.of(FurtherScans.CONTEXT, FurtherScans.STAGE);

    private ArgStep() {}

    static void run(ArgInstruction arg, StageState state) throws DockerfileException {
        GlobalArguments globals = state.session().plan().globals();
        List<String> shown = new ArrayList<>();
        for (ArgDeclaration declaration : arg.declarations()) {
            String name = declaration.name();
            Optional<String> value = Optional.ofNullable(globals.given().get(name));
            if (value.isEmpty() && declaration.defaultValue().isPresent()) {
                value = Optional.of(state.expander()
                        .word(arg.source(), declaration.defaultValue().get()));
            }
            if (value.isEmpty()) {
                value = globals.inherited(name);
            }
            state.scope(state.scope().declare(new Scope.Argument(name, value), !NOT_VARIABLES.contains(name)));
            shown.add(value.map(text -> name + "=" + text).orElse(name));
        }
        state.note("ARG " + String.join(" ", shown));
    }
}
