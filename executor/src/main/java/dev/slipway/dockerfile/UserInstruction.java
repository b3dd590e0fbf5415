package dev.slipway.dockerfile;

/** USER: who runs what follows; a name or a number, with a group after a colon. One that expands to nothing means root. */
public record UserInstruction(InstructionSource source, String user) implements Instruction {
    @Override
    public UserInstruction expand(Expander expander) throws DockerfileException {
        return new UserInstruction(source, expander.word(source, user));
    }
}
