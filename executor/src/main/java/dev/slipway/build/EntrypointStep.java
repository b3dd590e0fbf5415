package dev.slipway.build;

import dev.slipway.dockerfile.EntrypointInstruction;
import java.util.List;

/** ENTRYPOINT: what the image runs; it clears a CMD that this stage didn't set itself. */
final class EntrypointStep {
    private EntrypointStep() {}

    static void run(EntrypointInstruction entrypoint, StageState state) {
        List<String> arguments = CmdStep.arguments(entrypoint.command(), state);
        state.change(container -> {
            container.entrypoint(arguments);
            return state.cmdSet() ? container : container.cmd(List.of());
        });
        state.note("ENTRYPOINT " + GoText.quotedList(arguments));
    }
}
