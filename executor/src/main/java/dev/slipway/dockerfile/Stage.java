package dev.slipway.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * A FROM and the instructions up to the next.
 *
 * @param index its number, counted from 0 over all stages
 */
public record Stage(int index, FromInstruction from, List<Instruction> instructions) {
    public Stage {
        instructions = List.copyOf(instructions);
    }

    /** The name in small letters. */
    public Optional<String> name() {
        return from.stageName();
    }

    /** The name, or {@code stage-N} as messages call a stage without one. */
    public String displayName() {
        return name().orElse("stage-" + index);
    }
}
