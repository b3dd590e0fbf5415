package dev.slipway.dockerfile;

import java.util.List;

/** SHELL: the program, and its arguments, that shell forms after it are handed to. */
public record ShellInstruction(InstructionSource source, List<String> shell) implements Instruction {
    public ShellInstruction {
        shell = List.copyOf(shell);
    }

    @Override
    public ShellInstruction expand(Expander expander) {
        return this;
    }
}
