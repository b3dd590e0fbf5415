package dev.slipway.build;

import dev.slipway.dockerfile.CmdInstruction;
import dev.slipway.dockerfile.CommandLine;
import java.util.List;

/** CMD: what the image runs, or what its ENTRYPOINT is given. */
final class CmdStep {
    private CmdStep() {}

    static void run(CmdInstruction cmd, StageState state) {
        List<String> arguments = arguments(cmd.command(), state);
        state.change(container -> container.cmd(arguments));
        state.markCmdSet();
        state.note("CMD " + GoText.quotedList(arguments));
    }

    /** The words of a command line; a shell form goes to the SHELL. */
    static List<String> arguments(CommandLine command, StageState state) {
        return switch (command) {
            case CommandLine.ExecForm exec -> exec.arguments();
            case CommandLine.ShellForm shell -> state.shell(shell.text());
        };
    }
}
