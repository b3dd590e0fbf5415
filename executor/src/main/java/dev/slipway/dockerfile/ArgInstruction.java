package dev.slipway.dockerfile;

import java.util.List;

/**
 * ARG: build arguments that are declared from here on. Each later word sees the earlier ones, and a default isn't even
 * looked at if the argument was given, so they are expanded one by one by {@link Expander#word}.
 */
public record ArgInstruction(InstructionSource source, List<ArgDeclaration> declarations) implements Instruction {
    public ArgInstruction {
        declarations = List.copyOf(declarations);
    }

    @Override
    public ArgInstruction expand(Expander expander) {
        return this;
    }
}
