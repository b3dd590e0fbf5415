package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * RUN: a command in the image. Its text is never expanded by the builder; its mounts are.
 *
 * @param heredocs in order; only the shell form has them
 * @param mountFlags the values of {@code --mount}, to be read by {@link #mounts}
 * @param devices the values of {@code --device}
 */
public record RunInstruction(
        InstructionSource source,
        CommandLine command,
        List<Heredoc> heredocs,
        List<String> mountFlags,
        Network network,
        Security security,
        List<String> devices)
        implements Instruction {
    public RunInstruction {
        heredocs = List.copyOf(heredocs);
        mountFlags = List.copyOf(mountFlags);
        devices = List.copyOf(devices);
    }

    /** {@code --network}. */
    public enum Network {
        DEFAULT,
        NONE,
        HOST
    }

    /** {@code --security}. */
    public enum Security {
        SANDBOX,
        INSECURE
    }

    /** What a RUN runs once its heredocs are put where they belong. */
    public sealed interface Script {
        /** Text for the SHELL. */
        record ShellText(String text) implements Script {}

        /** A program and its arguments; an empty list can't be run. */
        record Program(List<String> arguments) implements Script {
            public Program {
                arguments = List.copyOf(arguments);
            }
        }

        /**
         * A sole heredoc that begins with {@code #!}: a read-only file of mode 0755 at {@code /dev/pipes/NAME}, whose
         * path is handed to the SHELL.
         */
        record Executable(String name, String content) implements Script {}
    }

    /** The command with its heredocs in place. */
    public Script script() {
        return switch (command) {
            case CommandLine.ExecForm exec -> new Script.Program(exec.arguments());
            case CommandLine.ShellForm shell -> shellScript(shell.text());
        };
    }

    private Script shellScript(String text) {
        if (heredocs.isEmpty()) {
            return new Script.ShellText(text);
        }
        Heredoc first = heredocs.getFirst();
        if (HeredocParser.ofWord(text).isPresent()) {
            // BuildKit looks before it strips the tabs, so an indented "#!" below "<<-" is text for the shell.
            return first.body().startsWith("#!")
                    ? new Script.Executable(first.name(), first.content())
                    : new Script.ShellText(first.content());
        }
        StringBuilder full = new StringBuilder(text);
        for (Heredoc heredoc : heredocs) {
            full.append('\n').append(heredoc.body()).append(heredoc.name());
        }
        return new Script.ShellText(full.toString());
    }

    /** The stages and images that mounts name in {@code from}, without expanding anything. */
    public List<String> mountOrigins() throws DockerfileException {
        List<String> origins = new ArrayList<>();
        for (String flag : mountFlags) {
            MountParser.origin(source, flag).ifPresent(origins::add);
        }
        return origins;
    }

    /** The mounts with their values expanded and checked, in order. */
    public List<Mount> mounts(Expander expander) throws DockerfileException {
        List<Mount> mounts = new ArrayList<>();
        for (String flag : mountFlags) {
            mounts.add(new MountParser(source, flag, expander).parse());
        }
        return mounts;
    }

    @Override
    public RunInstruction expand(Expander expander) {
        return this;
    }
}
