package dev.slipway.cli;

import dev.slipway.dockerfile.Spelling;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.Level;
import dev.slipway.progress.LogLines;
import dev.slipway.progress.Masked;
import dev.slipway.progress.ProgressListener;
import dev.slipway.progress.SecretMask;
import dev.slipway.progress.Several;
import dev.slipway.progress.TerminationMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The executor's commands by name; building is the one without. */
final class Executor {
    private static final Set<String> LATER = Set.of("pipeline", "report", "diff", "cache");

    private final Surroundings here;

    Executor(Surroundings here) {
        this.here = here;
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
                here.out().print(Help.of(command));
                return 0;
            }
            return switch (command) {
                case "version", "--version" -> {
                    here.out().println("Slipway " + Version.current());
                    yield 0;
                }
                case "check" -> run(new CheckCommand(here), FlagTable.CHECK, rest, environment);
                case "plan" -> run(new PlanCommand(here), FlagTable.BUILD, rest, environment);
                case "doctor" -> run(new DoctorCommand(here), FlagTable.DOCTOR, rest, environment);
                case "push" ->
                    run(new PushCommand(here, pushed(rest)), FlagTable.PUSH, rest.subList(1, rest.size()), environment);
                case "index" -> run(new IndexCommand(here), FlagTable.INDEX, rest, environment);
                case "warm" -> run(new WarmCommand(here), FlagTable.WARM, rest, environment);
                case "login" -> new LoginCommand(here.streams(), System.in).run(rest, environment);
                case "build" -> new BuildCommand(here).run(rest, environment);
                default -> {
                    requireFlag(command);
                    yield new BuildCommand(here).run(arguments, environment);
                }
            };
        } catch (UsageException refused) {
            return refuse(refused);
        }
    }

    private int run(
            Command command, List<FlagTable.Section> known, List<String> arguments, Map<String, String> environment)
            throws UsageException {
        List<Flag> flags = FlagTable.flags(known);
        GivenFlags given = new FlagParser(flags).parse(arguments, environment);
        ProgressListener progress = Logging.listener(given, here.err(), here.clock());
        FlagReview.review(flags, given, progress);
        return command.run(given, progress);
    }

    private Path pushed(List<String> arguments) throws UsageException {
        if (arguments.isEmpty()
                || arguments.getFirst().isEmpty()
                || arguments.getFirst().startsWith("-")) {
            throw new UsageException(
                    "push: the image's path is missing: write push PATH --destination REF, where PATH is what --tar-path or --oci-layout-path wrote");
        }
        return here.directory().resolve(arguments.getFirst());
    }

    private static void requireFlag(String command) throws UsageException {
        if (!command.isEmpty() && !command.startsWith("-")) {
            List<String> commands =
                    List.of("build", "check", "plan", "doctor", "push", "index", "warm", "login", "version", "help");
            throw new UsageException("unknown subcommand \"%s\"; did you mean \"%s\"?"
                    .formatted(command, Spelling.closest(command, commands)));
        }
    }

    private int refuse(UsageException refused) {
        FailureClass usage = FailureClass.USAGE;
        LogLines shown = new LogLines(here.err(), Level.ERROR, false, false, here.clock());
        new Masked(
                        new Several(List.of(shown, new TerminationMessage(TerminationMessage.USUAL, shown))),
                        SecretMask.URLS_ONLY)
                .on(new BuildEvent.BuildFailed(usage, usage.exitCode(), String.valueOf(refused.getMessage())));
        return usage.exitCode();
    }
}
