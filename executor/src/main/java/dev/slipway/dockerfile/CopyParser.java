package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads COPY and ADD, which differ in their flags only. */
final class CopyParser {
    private final SyntaxNode node;

    CopyParser(SyntaxNode node) {
        this.node = node;
    }

    CopyInstruction copy() throws DockerfileException {
        List<String> words = words();
        Flags flags = new Flags(node)
                .strings("from", "chown", "chmod")
                .booleans("link", "parents")
                .lists("exclude")
                .read();
        Optional<String> from = flags.string("from").filter(value -> !value.isEmpty());
        if (from.isPresent() && VariableReference.isIn(from.get())) {
            throw flags.refuse(
                    "from",
                    "COPY --from=" + from.get() + ": from takes no variable",
                    "Name the image by a stage of its own (FROM " + from.get()
                            + " AS name, with a global ARG) and use --from=name.");
        }
        return new CopyInstruction(
                node.source(),
                sources(words),
                from,
                flags.string("chown"),
                flags.string("chmod"),
                flags.is("link"),
                flags.is("parents"),
                flags.list("exclude"));
    }

    AddInstruction add() throws DockerfileException {
        List<String> words = words();
        Flags flags = new Flags(node)
                .strings("chown", "chmod", "checksum")
                .booleans("link", "unpack", "keep-git-dir")
                .lists("exclude")
                .read();
        return new AddInstruction(
                node.source(),
                sources(words),
                flags.string("chown"),
                flags.string("chmod"),
                flags.string("checksum"),
                flags.is("link"),
                flags.bool("unpack"),
                flags.bool("keep-git-dir"),
                flags.list("exclude"));
    }

    private List<String> words() throws DockerfileException {
        Optional<JsonArray.Elements> json = InstructionParser.json(node);
        List<String> words = json.map(JsonArray.Elements::strings).orElseGet(() -> Blanks.split(node.arguments()));
        if (words.size() < 2) {
            for (SyntaxNode.Flag flag : node.flags()) {
                if (!flag.text().contains("=")) {
                    // The blank in "--chown app x /" makes the value a source: say so rather than count words.
                    new Flags(node)
                            .strings("from", "chown", "chmod", "checksum")
                            .booleans("link", "parents", "unpack", "keep-git-dir")
                            .lists("exclude")
                            .read();
                }
            }
            throw node.refuseArguments(
                    node.name() + " needs a source and a destination, "
                            + (words.isEmpty() ? "here is neither" : "here is one word only"),
                    "Expected " + node.name() + " source... destination.");
        }
        return words;
    }

    private CopySources sources(List<String> words) throws DockerfileException {
        String destination = words.getLast();
        if (HeredocParser.ofWord(destination).isPresent()) {
            throw node.refuseWord(
                    destination,
                    node.name() + " can't have a heredoc as its destination",
                    "Expected a path behind the heredoc: " + node.name() + " " + destination + " /path.");
        }
        Map<String, String> bodies = bodies();
        List<String> paths = new ArrayList<>();
        List<Heredoc> files = new ArrayList<>();
        for (String word : words.subList(0, words.size() - 1)) {
            Optional<Heredoc> opened = HeredocParser.ofWord(word);
            if (opened.isEmpty()) {
                if (word.equals("<<") || word.equals("<<-")) {
                    throw node.refuseWord(
                            word,
                            node.name() + ": a blank between " + word + " and the name of the heredoc",
                            "Expected " + word + "NAME.");
                }
                paths.add(word);
            } else {
                files.add(opened.get().withBody(bodies.getOrDefault(opened.get().name(), "")));
            }
        }
        return new CopySources(paths, files, destination);
    }

    /** The bodies by their names; of two heredocs with one name the last. In JSON form there is none, so a file is empty. */
    private Map<String, String> bodies() {
        Map<String, String> bodies = new HashMap<>();
        node.heredocs().forEach(heredoc -> bodies.put(heredoc.name(), heredoc.body()));
        return bodies;
    }
}
