package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The checks of instructions in their stages, in order, with the variables that they see. */
final class StageChecks {
    /** These tell the builder what to list, so that they are never "undefined". */
    private static final Set<String> FOR_SCANS = Set.of("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE");

    private static final int MOST_HINTS = 1_000;

    private final Dockerfile dockerfile;
    private final CheckInputs inputs;
    private final List<FromInstruction> bases;
    private final Checks checks;
    private final StageNames names;
    private final int[] children;
    private final List<State> states = new ArrayList<>();
    private int hints;

    StageChecks(Dockerfile dockerfile, CheckInputs inputs, List<FromInstruction> bases, Checks checks) {
        this.dockerfile = dockerfile;
        this.inputs = inputs;
        this.bases = bases;
        this.checks = checks;
        this.names = new StageNames(dockerfile.stages());
        this.children = new int[bases.size()];
        for (int index = 0; index < bases.size(); index++) {
            names.last(bases.get(index).image(), index).ifPresent(parent -> children[parent]++);
        }
    }

    /**
     * The variables of a stage. An only child goes on with its parent's, which nobody looks at any more; several share
     * them until one adds to them. Copies for each would make time and space grow with the square of a chain.
     */
    private static final class Variables {
        private Map<String, String> environment = new HashMap<>();
        private Set<String> arguments = new HashSet<>();
        private boolean isShared;

        Variables forChild(boolean isOnly) {
            Variables child = new Variables();
            child.environment = environment;
            child.arguments = arguments;
            child.isShared = isShared || !isOnly;
            return child;
        }

        private void own() {
            if (isShared) {
                environment = new HashMap<>(environment);
                arguments = new HashSet<>(arguments);
                isShared = false;
            }
        }

        void put(String name, String value) {
            own();
            environment.put(name, value);
        }

        void declare(String argument) {
            own();
            arguments.add(argument);
        }
    }

    /** What instructions before have made of a stage. */
    private static final class State {
        Variables variables = new Variables();
        final List<String> triggers = new ArrayList<>();
        final Map<String, InstructionSource> once = new HashMap<>();
        boolean knowsBase = true;
        boolean hasShell;
        boolean hasWorkdir;
    }

    /** Checks, and tells which stages a build would need. */
    Set<Integer> run() throws DockerfileException {
        Map<String, String> globals = Checks.globals(dockerfile, inputs, inputs.buildArguments());
        Set<Integer> needed = new NeededStages(dockerfile.stages(), bases, names).of(inputs.targets());
        boolean all = inputs.targets().isEmpty() && !inputs.neededStagesOnly();
        for (Stage stage : dockerfile.stages()) {
            State state = begin(stage);
            states.add(state);
            if (!all && !needed.contains(stage.index())) {
                continue;
            }
            List<String> triggers = List.copyOf(state.triggers);
            state.triggers.clear();
            // Also where all stages are looked at, triggers fire only in those that a build would need.
            for (String trigger : needed.contains(stage.index()) ? triggers : List.<String>of()) {
                Instruction fired =
                        Dockerfile.parseTrigger("ONBUILD of " + stage.from().image(), trigger);
                check(fired, stage.from().source(), state, globals);
            }
            for (Instruction instruction : stage.instructions()) {
                check(instruction, instruction.source(), state, globals);
            }
        }
        return needed;
    }

    private State begin(Stage stage) {
        State state = new State();
        FromInstruction base = bases.get(stage.index());
        OptionalInt parent = names.last(base.image(), stage.index());
        if (parent.isPresent()) {
            State inherited = states.get(parent.getAsInt());
            state.variables = inherited.variables.forChild(children[parent.getAsInt()] == 1);
            state.triggers.addAll(inherited.triggers);
            state.knowsBase = inherited.knowsBase;
            state.hasShell = inherited.hasShell;
            state.hasWorkdir = inherited.hasWorkdir;
        } else if (!base.image().equals("scratch")) {
            Optional<CheckInputs.BaseImage> image = inputs.baseImages().find(base.image(), base.platform());
            state.knowsBase = image.isPresent();
            image.ifPresent(known -> {
                known.environment().forEach(state.variables::put);
                state.triggers.addAll(known.triggers());
                state.hasShell = known.hasShell();
                platform(stage.from(), base, known);
            });
        }
        if (!state.variables.environment.containsKey("PATH")) {
            state.variables.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        }
        return state;
    }

    private void platform(FromInstruction written, FromInstruction expanded, CheckInputs.BaseImage image) {
        expanded.platform()
                .filter(wanted -> !samePlatform(wanted, image.platform()))
                .ifPresent(wanted -> checks.report(
                        CheckRule.INVALID_BASE_IMAGE_PLATFORM,
                        written.source(),
                        written.image(),
                        "the base image " + written.image() + " is for " + image.platform() + ", not for " + wanted));
    }

    private boolean samePlatform(String one, String other) {
        String[] a = inputs.baseImages().platform(one).orElse(one).split("/");
        String[] b = other.split("/");
        return a.length > 1 && b.length > 1 ? a[0].equals(b[0]) && a[1].equals(b[1]) : one.equals(other);
    }

    private void check(Instruction written, InstructionSource place, State state, Map<String, String> globals)
            throws DockerfileException {
        Undefined undefined = new Undefined(state);
        Expander expander =
                Expander.over(state.variables.environment, dockerfile.escape()).reportingTo(undefined);
        Instruction instruction = written.expand(expander);
        switch (instruction) {
            case ArgInstruction arg -> arg(arg, place, state, globals);
            case EnvInstruction env -> env(env, place, state);
            case LabelInstruction label -> {
                if (label.legacy()) {
                    legacy("LABEL", label.source(), place);
                }
            }
            case RunInstruction run -> run.mounts(expander);
            case CmdInstruction cmd -> {
                once("CMD", place, state);
                json("CMD", cmd.command(), place, state);
            }
            case EntrypointInstruction entrypoint -> {
                once("ENTRYPOINT", place, state);
                json("ENTRYPOINT", entrypoint.command(), place, state);
            }
            case HealthCheckInstruction check -> once("HEALTHCHECK", place, state);
            case WorkdirInstruction workdir -> workdir(workdir, place, state);
            case ExposeInstruction expose -> expose(expose, place);
            case CopyInstruction copy -> {
                if (copy.from().isEmpty()) {
                    ignored("COPY", copy.files(), place);
                }
            }
            case AddInstruction add -> ignored("ADD", add.files(), place);
            case ShellInstruction shell -> state.hasShell = true;
            case OnBuildInstruction onBuild -> state.triggers.add(onBuild.trigger());
            case FromInstruction from -> {}
            case MaintainerInstruction maintainer -> {}
            case StopSignalInstruction signal -> {}
            case UserInstruction user -> {}
            case VolumeInstruction volume -> {}
        }
        if (!(instruction instanceof ExposeInstruction)) {
            undefined(undefined.names, place, state);
        }
    }

    /** Hears which variables have no value: each once for every word that asks for it. */
    private static final class Undefined implements Expander.Listener {
        private final State state;
        private final Set<String> ofThisWord = new HashSet<>();
        final List<String> names = new ArrayList<>();

        Undefined(State state) {
            this.state = state;
        }

        @Override
        public void used(String name, boolean isSet) {
            if (!isSet
                    && !state.variables.arguments.contains(name)
                    && !FOR_SCANS.contains(name)
                    && ofThisWord.add(name)) {
                names.add(name);
            }
        }

        @Override
        public void nextWord() {
            ofThisWord.clear();
        }
    }

    private void undefined(List<String> names, InstructionSource place, State state) {
        if (!state.knowsBase || names.isEmpty()) {
            return;
        }
        VariablePlaces places = new VariablePlaces(place);
        for (String name : names) {
            Optional<VariablePlaces.Place> said = places.next(name);
            checks.report(
                    CheckRule.UNDEFINED_VAR,
                    place,
                    said.map(VariablePlaces.Place::at).orElse(-1),
                    said.map(VariablePlaces.Place::word).orElse(""),
                    "the variable $" + name + " is not defined here" + hint(name, state));
        }
    }

    /** Looking for a name that was meant costs time; nobody reads the thousandth. */
    private String hint(String name, State state) {
        return hints++ < MOST_HINTS ? Spelling.hint(name, state.variables.environment.keySet()) : "";
    }

    private void arg(ArgInstruction arg, InstructionSource place, State state, Map<String, String> globals)
            throws DockerfileException {
        for (ArgDeclaration declaration : arg.declarations()) {
            String name = declaration.name();
            secret("ARG", name, place);
            String value = inputs.buildArguments().get(name);
            if (value == null && declaration.defaultValue().isPresent()) {
                Undefined undefined = new Undefined(state);
                value = Expander.over(state.variables.environment, dockerfile.escape())
                        .reportingTo(undefined)
                        .word(arg.source(), declaration.defaultValue().get());
                undefined(undefined.names, place, state);
            } else if (value == null) {
                value = globals.get(name);
            }
            if (value != null) {
                state.variables.put(name, value);
            }
            state.variables.declare(name);
        }
    }

    private void env(EnvInstruction env, InstructionSource place, State state) {
        if (env.legacy()) {
            legacy("ENV", env.source(), place);
        }
        for (KeyValue pair : env.variables()) {
            secret("ENV", pair.key(), place);
            state.variables.put(pair.key(), pair.value());
        }
    }

    private void legacy(String name, InstructionSource source, InstructionSource place) {
        checks.report(
                CheckRule.LEGACY_KEY_VALUE_FORMAT,
                place,
                source.keyword() + " has a blank between name and value: write " + name + " name=value");
    }

    private void secret(String instruction, String name, InstructionSource place) {
        if (SecretNames.soundLikeOne(name)) {
            checks.report(
                    CheckRule.SECRETS_USED_IN_ARG_OR_ENV,
                    place,
                    name,
                    instruction + " " + name
                            + " sounds like a secret, and stays readable in the image: use RUN --mount=type=secret");
        }
    }

    private void once(String name, InstructionSource place, State state) {
        InstructionSource earlier = state.once.put(name, place);
        if (earlier != null) {
            checks.reportKeyword(
                    CheckRule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
                    earlier,
                    place,
                    "this " + name + " has no effect: line " + place.line() + " replaces it");
        }
    }

    private void json(String name, CommandLine command, InstructionSource place, State state) {
        if (command instanceof CommandLine.ShellForm && !state.hasShell) {
            checks.report(
                    CheckRule.JSON_ARGS_RECOMMENDED,
                    place,
                    name + " in shell form keeps signals from the program: write it as a JSON array");
        }
    }

    private void workdir(WorkdirInstruction workdir, InstructionSource place, State state) {
        if (!state.hasWorkdir && !workdir.path().startsWith("/")) {
            checks.report(
                    CheckRule.WORKDIR_RELATIVE_PATH,
                    place,
                    workdir.path(),
                    "WORKDIR " + workdir.path() + " begins wherever the base image says: write an absolute path");
        }
        state.hasWorkdir = true;
    }

    private void expose(ExposeInstruction expose, InstructionSource place) throws DockerfileException {
        for (String word : expose.words()) {
            PortSpec port = PortSpec.parse(expose.source(), word);
            if (!port.protocol().equals(port.protocol().toLowerCase(Locale.ROOT))) {
                checks.report(
                        CheckRule.EXPOSE_PROTO_CASING,
                        place,
                        word,
                        "EXPOSE " + word + " has a protocol with capitals: write "
                                + port.protocol().toLowerCase(Locale.ROOT));
            }
            if (port.hasHostPart()) {
                checks.report(
                        CheckRule.EXPOSE_INVALID_FORMAT,
                        place,
                        word,
                        "EXPOSE " + word + " names more than the container's port: the rest is ignored");
            }
        }
    }

    private void ignored(String name, CopySources files, InstructionSource place) {
        if (inputs.ignore().isEmpty() || inputs.ignore().hasExceptions()) {
            return;
        }
        for (String path : files.paths()) {
            if (SourceKind.of(path) == SourceKind.LOCAL && inputs.ignore().excludesSource(CleanPath.of(path))) {
                checks.report(
                        CheckRule.COPY_IGNORED_FILE,
                        place,
                        path,
                        name + " of " + CleanPath.of(path) + ", which .dockerignore keeps out");
            }
        }
    }
}
