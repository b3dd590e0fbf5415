package dev.slipway.dockerfile;

import java.util.List;

/**
 * LABEL: metadata of the image.
 *
 * @param legacy whether it was written {@code LABEL KEY the rest of the line}
 */
public record LabelInstruction(InstructionSource source, List<KeyValue> labels, boolean legacy) implements Instruction {
    public LabelInstruction {
        labels = List.copyOf(labels);
    }

    @Override
    public LabelInstruction expand(Expander expander) throws DockerfileException {
        return new LabelInstruction(source, expander.pairs(source, labels), legacy);
    }
}
