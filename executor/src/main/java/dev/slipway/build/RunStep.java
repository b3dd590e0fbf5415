package dev.slipway.build;

import dev.slipway.build.Accounts.Identity;
import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.build.copy.Target;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.dockerfile.RunInstruction.Script;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.CommitScope;
import dev.slipway.sandbox.Allowances;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.CommandNotStartedException;
import dev.slipway.sandbox.Credentials;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.Mount;
import dev.slipway.sandbox.Network;
import dev.slipway.sandbox.OutputListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** RUN: a command in the image, with the variables, the user and the directory that the stage has set. */
final class RunStep {
    private static final String SCRIPTS = "/dev/pipes/";
    private static final int SCRIPT_MODE = 0755;
    private static final int KILLED = 9;

    private final RunInstruction run;
    private final PlannedInstruction planned;
    private final StageState state;

    private RunStep(RunInstruction run, PlannedInstruction planned, StageState state) {
        this.run = run;
        this.planned = planned;
        this.state = state;
    }

    static void run(RunInstruction run, PlannedInstruction planned, StageState state, BuildEvent.Step step)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        new RunStep(run, planned, state).run(step);
    }

    private void run(BuildEvent.Step step)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        List<Mount> mounts = new ArrayList<>();
        List<String> arguments = arguments(mounts);
        if (arguments.isEmpty()) {
            throw Locations.dockerfile(run.source(), "RUN []: there is nothing to run; name a program");
        }
        PathBytes directory = makeWorkingDirectory();
        Identity identity = identity();
        Map<String, String> environment = environment(identity);
        try (RunMounts more = RunMounts.of(run, planned, state)) {
            mounts.addAll(more.mounts());
            environment.putAll(more.variables());
            execute(step, arguments, environment, directory, identity, mounts);
        }
        state.commit(CommitScope.EVERYTHING, history(arguments));
    }

    private List<String> arguments(List<Mount> mounts) {
        return switch (run.script()) {
            case Script.ShellText text -> state.shell(text.text());
            case Script.Program program -> program.arguments();
            case Script.Executable script -> {
                byte[] content = script.content().getBytes(StandardCharsets.UTF_8);
                PathBytes path = PathBytes.of(SCRIPTS + script.name());
                mounts.add(new Mount.Content(path, content, SCRIPT_MODE, 0, 0));
                yield state.shell(SCRIPTS + script.name());
            }
        };
    }

    /** The directory to start in, made as root where it is missing. */
    private PathBytes makeWorkingDirectory() throws IOException, CopyException {
        PathBytes path = TreePaths.resolve(state.tree(), TreePaths.clean(state.workingDirectory()));
        Target target = new Target(state.tree());
        target.makeDirectories(
                path,
                new CopyRules(
                        Optional.empty(), Optional.empty(), state.session().creationTime()));
        target.close();
        return path;
    }

    private Identity identity() throws BuildException, IOException, CopyException {
        try {
            return Owners.accounts(state.tree()).identify(state.container().user());
        } catch (Accounts.Unknown e) {
            throw Locations.failure(
                    FailureClass.BUILD,
                    run.source(),
                    "RUN as USER %s: %s".formatted(state.container().user(), e.getMessage()),
                    e);
        }
    }

    private Map<String, String> environment(Identity identity) throws IOException, CopyException {
        Map<String, String> environment = new LinkedHashMap<>(state.scope().variables());
        if (environment.getOrDefault("HOME", "").isEmpty()) {
            environment.put("HOME", Owners.accounts(state.tree()).home(identity.uid()));
        }
        environment.putAll(
                ProxyArguments.variables(state.session().plan().globals().given()));
        return environment;
    }

    private void execute(
            BuildEvent.Step step,
            List<String> arguments,
            Map<String, String> environment,
            PathBytes directory,
            Identity identity,
            List<Mount> mounts)
            throws BuildException, IOException {
        BuildRequest.CommandOptions options = state.session().request().commands();
        Command plain = Command.of(arguments, environment);
        Command command = new Command(
                plain.arguments(),
                plain.environment(),
                directory,
                new Credentials(identity.uid(), identity.gid(), identity.groups()),
                mounts,
                network(options),
                options.hostname().or(this::givenHostname),
                options.addedHosts(),
                new Allowances(
                        options.limits(),
                        options.sharedMemoryBytes(),
                        run.security() == RunInstruction.Security.INSECURE));
        String shown = String.join(" ", arguments);
        OutputListener output = (stream, line) -> state.session()
                .progress()
                .on(new BuildEvent.CommandOutput(
                        step,
                        switch (stream) {
                            case STDOUT -> BuildEvent.CommandOutput.Stream.STDOUT;
                            case STDERR -> BuildEvent.CommandOutput.Stream.STDERR;
                        },
                        line));
        ExitStatus status;
        try {
            status = state.root().run(command, output);
        } catch (CommandNotStartedException e) {
            throw failed("RUN \"%s\": %s (exit code %d)".formatted(shown, e.getMessage(), e.status()), e.status());
        }
        switch (status) {
            case ExitStatus.Exited exited -> {
                if (exited.code() != 0) {
                    throw failed(
                            "RUN \"%s\" ended with exit code %d%s".formatted(shown, exited.code(), hint(exited.code())),
                            exited.code());
                }
            }
            case ExitStatus.Signalled signalled ->
                throw failed(
                        "RUN \"%s\" was killed by signal %d (exit code %d)%s"
                                .formatted(
                                        shown,
                                        signalled.signal(),
                                        status.asShell(),
                                        signalled.signal() == KILLED
                                                ? "; was it out of memory? then a higher memory limit helps"
                                                : ""),
                        status.asShell());
        }
    }

    /** BuildKit's own way to name the machine that commands run on. */
    private Optional<String> givenHostname() {
        return Optional.ofNullable(state.session().plan().globals().given().get("BUILDKIT_SANDBOX_HOSTNAME"))
                .filter(name -> !name.isEmpty());
    }

    private BuildException failed(String message, int status) {
        return new BuildException.CommandFailed(Optional.of(Locations.of(run.source(), message)), message, status);
    }

    private static String hint(int code) {
        return switch (code) {
            case 126 -> ": a file can't be executed";
            case 127 -> ": a program was not found; install it in an earlier step";
            case 137 -> ": something in it was killed; was it out of memory? then a higher memory limit helps";
            default -> "";
        };
    }

    private Network network(BuildRequest.CommandOptions options) {
        return switch (run.network()) {
            case NONE -> Network.NONE;
            case HOST -> Network.HOST;
            case DEFAULT -> options.network().filter("none"::equals).isPresent() ? Network.NONE : Network.HOST;
        };
    }

    /** As BuildKit writes it: the declared arguments with their values of now, then the command line. */
    private String history(List<String> arguments) {
        Map<String, String> declared = new LinkedHashMap<>();
        for (Scope.Argument argument : state.scope().declared()) {
            String value = state.scope().variables().get(argument.name());
            declared.put(argument.name(), value == null ? argument.value().orElse("") : value);
        }
        StringBuilder text = new StringBuilder("RUN ");
        if (!declared.isEmpty()) {
            text.append('|').append(declared.size());
            declared.forEach(
                    (name, value) -> text.append(' ').append(name).append('=').append(value));
            text.append(' ');
        }
        return text.append(String.join(" ", arguments)).append(" # buildkit").toString();
    }
}
