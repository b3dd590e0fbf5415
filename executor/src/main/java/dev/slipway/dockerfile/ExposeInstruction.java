package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/** EXPOSE: the ports that the image listens on. One variable may give several. */
public record ExposeInstruction(InstructionSource source, List<String> words) implements Instruction {
    public ExposeInstruction {
        words = List.copyOf(words);
    }

    @Override
    public ExposeInstruction expand(Expander expander) throws DockerfileException {
        List<String> expanded = new ArrayList<>();
        for (String word : words) {
            expanded.addAll(expander.splitWord(source, word));
        }
        ExposeInstruction result = new ExposeInstruction(source, expanded);
        result.ports();
        return result;
    }

    /** The ports of an expanded instruction as the image's config names them, {@code 80/tcp}, sorted as text. */
    public List<String> ports() throws DockerfileException {
        List<String> ports = new ArrayList<>();
        for (String word : words) {
            ports.addAll(PortSpec.parse(source, word).ports());
        }
        ports.sort(null);
        return ports;
    }
}
