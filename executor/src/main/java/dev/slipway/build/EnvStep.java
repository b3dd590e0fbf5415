package dev.slipway.build;

import dev.slipway.dockerfile.EnvInstruction;
import dev.slipway.dockerfile.KeyValue;

/** ENV: variables of later instructions, of commands and of the image. */
final class EnvStep {
    private EnvStep() {}

    static void run(EnvInstruction env, StageState state) {
        StringBuilder history = new StringBuilder("ENV");
        for (KeyValue variable : env.variables()) {
            history.append(' ').append(variable.key()).append('=').append(variable.value());
            state.scope(state.scope().with(variable.key(), variable.value()));
            state.change(container -> container.variable(variable.key(), variable.value()));
        }
        state.note(history.toString());
    }
}
