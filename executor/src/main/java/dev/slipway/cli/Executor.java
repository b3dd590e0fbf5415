package dev.slipway.cli;

import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.Level;
import dev.slipway.progress.LogLines;
import dev.slipway.progress.Masked;
import dev.slipway.progress.SecretMask;
import dev.slipway.progress.Several;
import dev.slipway.progress.TerminationMessage;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The executor's commands by name; building is the one without. */
final class Executor {
    private static final Set<String> LATER = Set.of("pipeline", "report", "diff", "cache");

    private final Streams streams;
    private final Path workingDirectory;
    private final InstantSource clock;

    Executor(Streams streams, Path workingDirectory, InstantSource clock) {
        this.streams = streams;
        this.workingDirectory = workingDirectory;
        this.clock = clock;
    }

    /** Runs the command line that this process was started with and returns the exit code (DESIGN 3.9). */
    int run(String[] arguments) {
        try {
            Invocation invocation = Invocation.ofThisProcess(arguments);
            return run(invocation.arguments(), invocation.environment());
        } catch (UsageException refused) {
            return refuse(refused);
        }
    }

    int run(List<String> arguments, Map<String, String> environment) {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> rest = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        try {
            if (LATER.contains(command)) {
                throw new UsageException("the subcommand \"%s\" is not supported yet".formatted(command));
            }
            if (arguments.contains("--help") || arguments.contains("-h") || command.equals("help")) {
                streams.out().print(Help.of(command));
                return 0;
            }
            return switch (command) {
                case "version", "--version" -> {
                    streams.out().println("Slipway " + Version.current());
                    yield 0;
                }
                case "check" -> new CheckCommand(streams, workingDirectory, clock).run(rest, environment);
                case "plan" -> new PlanCommand(streams, workingDirectory, clock).run(rest, environment);
                case "doctor" -> new DoctorCommand(streams, workingDirectory, clock).run(rest, environment);
                case "push" -> new PushCommand(streams, workingDirectory, clock).run(rest, environment);
                case "index" -> new IndexCommand(streams, workingDirectory, clock).run(rest, environment);
                case "warm" -> new WarmCommand(streams, workingDirectory, clock).run(rest, environment);
                case "login" -> new LoginCommand(streams, System.in).run(rest, environment);
                case "build" -> new BuildCommand(streams, workingDirectory, clock).run(rest, environment);
                default -> {
                    requireFlag(command);
                    yield new BuildCommand(streams, workingDirectory, clock).run(arguments, environment);
                }
            };
        } catch (UsageException refused) {
            return refuse(refused);
        }
    }

    private static void requireFlag(String command) throws UsageException {
        if (!command.isEmpty() && !command.startsWith("-")) {
            List<String> commands =
                    List.of("build", "check", "plan", "doctor", "push", "index", "warm", "login", "version", "help");
            throw new UsageException("unknown subcommand \"%s\"; did you mean \"%s\"?"
                    .formatted(command, Nearest.to(command, commands)));
        }
    }

    private int refuse(UsageException refused) {
        FailureClass usage = FailureClass.USAGE;
        LogLines shown = new LogLines(streams.err(), Level.ERROR, false, false, clock);
        new Masked(
                        new Several(List.of(shown, new TerminationMessage(TerminationMessage.USUAL, shown))),
                        SecretMask.URLS_ONLY)
                .on(new BuildEvent.BuildFailed(usage, usage.exitCode(), String.valueOf(refused.getMessage())));
        return usage.exitCode();
    }
}
