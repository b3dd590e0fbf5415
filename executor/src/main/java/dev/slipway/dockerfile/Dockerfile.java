package dev.slipway.dockerfile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Dockerfile that has been read: directives, global arguments and stages (spec: dockerfile.md). All stages are checked
 * for syntax, also those that nobody needs; what depends on values is checked when an instruction is expanded.
 *
 * @param escape the escape character, {@code \} or a backtick
 * @param globalArgs the ARGs above the first FROM, in order
 * @param stages at least one
 */
public record Dockerfile(
        SourceFile file, char escape, List<Directive> directives, List<ArgInstruction> globalArgs, List<Stage> stages) {
    public Dockerfile {
        directives = List.copyOf(directives);
        globalArgs = List.copyOf(globalArgs);
        stages = List.copyOf(stages);
    }

    /**
     * Reads a whole file.
     *
     * @param name what messages call it, usually its path as the user gave it
     */
    public static Dockerfile parse(String name, byte[] content) throws DockerfileException {
        SourceText text = SourceText.decode(name, content);
        SyntaxReader.Result syntax = new SyntaxReader(text).read();
        List<ArgInstruction> globals = new ArrayList<>();
        List<Stage> stages = new ArrayList<>();
        List<Instruction> current = new ArrayList<>();
        FromInstruction from = null;
        for (SyntaxNode node : syntax.nodes()) {
            Instruction instruction = InstructionParser.parse(node, syntax.escape());
            if (instruction instanceof FromInstruction next) {
                if (from != null) {
                    stages.add(new Stage(stages.size(), from, current));
                }
                from = next;
                current = new ArrayList<>();
            } else if (from != null) {
                current.add(instruction);
            } else if (instruction instanceof ArgInstruction global) {
                globals.add(global);
            } else {
                throw node.refuse(
                        node.name() + " stands above the first FROM",
                        "A Dockerfile begins with FROM; only ARG may stand above it.");
            }
        }
        if (from == null) {
            throw new DockerfileException(
                    text.file(),
                    new SourceRange(1, 1, 1, 1),
                    syntax.nodes().isEmpty() ? "the file has no instructions" : "the file has no FROM",
                    "Expected FROM image, or FROM scratch, as the first instruction.");
        }
        stages.add(new Stage(stages.size(), from, current));
        return new Dockerfile(text.file(), syntax.escape(), syntax.directives(), globals, stages);
    }

    /**
     * Reads a trigger that an image brings along: one instruction as its author's ONBUILD stored it.
     *
     * @param origin what messages call its place: {@code ONBUILD of busybox}
     */
    public static Instruction parseTrigger(String origin, String trigger) throws DockerfileException {
        SourceText text = SourceText.decode(origin, trigger.getBytes(StandardCharsets.UTF_8));
        SyntaxReader.Result syntax = new SyntaxReader(text).read();
        if (syntax.nodes().size() != 1) {
            throw new DockerfileException(
                    text.file(),
                    new SourceRange(1, 1, 1, 1),
                    "a trigger holds " + syntax.nodes().size() + " instructions",
                    "Expected one; the base image must be built anew.");
        }
        SyntaxNode node = syntax.nodes().getFirst();
        if (List.of("FROM", "MAINTAINER", "ONBUILD").contains(node.name())) {
            throw node.refuse(node.name() + " can't be a trigger", "The base image must be built anew.");
        }
        return InstructionParser.parse(node, syntax.escape());
    }

    /** The value of a directive, if it is given; names are in small letters. */
    public Optional<String> directive(String name) {
        return directives.stream()
                .filter(directive -> directive.name().equals(name))
                .map(Directive::value)
                .findFirst();
    }
}
