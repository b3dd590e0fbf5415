package dev.slipway.dockerfile;

import java.util.List;

/** VOLUME: directories whose content a container keeps apart. Stored as written; what is written there later stays. */
public record VolumeInstruction(InstructionSource source, List<String> paths) implements Instruction {
    public VolumeInstruction {
        paths = List.copyOf(paths);
    }

    @Override
    public VolumeInstruction expand(Expander expander) throws DockerfileException {
        List<String> expanded = expander.words(source, paths);
        int empty = expanded.indexOf("");
        if (empty >= 0) {
            throw DockerfileException.atWord(
                    source,
                    paths.get(empty),
                    "VOLUME " + Quotes.quote(paths.get(empty)) + " is empty",
                    "Expected a directory; give the variable a value by ENV or ARG above.");
        }
        return new VolumeInstruction(source, expanded);
    }
}
