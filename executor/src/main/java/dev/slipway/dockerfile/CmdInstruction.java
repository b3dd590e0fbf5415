package dev.slipway.dockerfile;

/** CMD: what the image runs if nothing else is asked for, or the arguments of its ENTRYPOINT. */
public record CmdInstruction(InstructionSource source, CommandLine command) implements Instruction {
    @Override
    public CmdInstruction expand(Expander expander) {
        return this;
    }
}
