package dev.slipway.dockerfile;

/** STOPSIGNAL: the signal that ends a container of the image. Stored as written, if it is one. */
public record StopSignalInstruction(InstructionSource source, String signal) implements Instruction {
    @Override
    public StopSignalInstruction expand(Expander expander) throws DockerfileException {
        String expanded = expander.word(source, signal);
        if (!Signals.isSignal(expanded)) {
            throw DockerfileException.atWord(
                    source,
                    signal,
                    "STOPSIGNAL " + Quotes.quote(expanded) + " is no signal" + Spelling.hint(expanded, Signals.NAMES),
                    "Expected a name such as SIGTERM or SIGRTMIN+3, or a number other than 0.");
        }
        return new StopSignalInstruction(source, expanded);
    }
}
