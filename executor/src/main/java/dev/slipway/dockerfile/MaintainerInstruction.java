package dev.slipway.dockerfile;

/** MAINTAINER: the author of the image; deprecated. */
public record MaintainerInstruction(InstructionSource source, String maintainer) implements Instruction {
    @Override
    public MaintainerInstruction expand(Expander expander) {
        return this;
    }
}
