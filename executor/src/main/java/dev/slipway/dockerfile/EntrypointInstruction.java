package dev.slipway.dockerfile;

/** ENTRYPOINT: what the image runs. The empty JSON form clears an inherited one. */
public record EntrypointInstruction(InstructionSource source, CommandLine command) implements Instruction {
    @Override
    public EntrypointInstruction expand(Expander expander) {
        return this;
    }
}
