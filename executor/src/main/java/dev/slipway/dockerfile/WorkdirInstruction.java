package dev.slipway.dockerfile;

/** WORKDIR: the directory of what follows. Stored as written if absolute. */
public record WorkdirInstruction(InstructionSource source, String path) implements Instruction {
    @Override
    public WorkdirInstruction expand(Expander expander) throws DockerfileException {
        return new WorkdirInstruction(source, expander.word(source, path));
    }
}
