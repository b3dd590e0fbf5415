package dev.slipway.dockerfile;

import java.util.List;

/**
 * ENV: variables of the build and of the image.
 *
 * @param legacy whether it was written {@code ENV NAME the rest of the line}
 */
public record EnvInstruction(InstructionSource source, List<KeyValue> variables, boolean legacy)
        implements Instruction {
    public EnvInstruction {
        variables = List.copyOf(variables);
    }

    @Override
    public EnvInstruction expand(Expander expander) throws DockerfileException {
        return new EnvInstruction(source, expander.pairs(source, variables), legacy);
    }
}
