package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.CopyInstruction;
import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Expander;
import dev.slipway.dockerfile.FromInstruction;
import dev.slipway.dockerfile.Instruction;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.dockerfile.OnBuildInstruction;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.dockerfile.Stage;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the plan. Stages that nobody needs aren't built, but as with BuildKit their FROM is expanded, their stage
 * numbers are checked, and they may not be part of a circle.
 */
final class BuildPlanner {
    static final String EPOCH = "SOURCE_DATE_EPOCH";

    private final BuildRequest request;
    private final Dockerfile dockerfile;
    private final BaseImages images;
    private final Platform platform;
    private final GlobalArguments globals;
    private final NamedContexts contexts;
    private final SourceNames names;
    private final List<Integer> targets;
    private final List<FromInstruction> froms = new ArrayList<>();
    private final List<Base> bases = new ArrayList<>();
    private final Set<Integer> replaced = new HashSet<>();
    private final List<List<PlannedInstruction>> instructions = new ArrayList<>();
    private final Map<Integer, PlannedStage> planned = new TreeMap<>();

    private BuildPlanner(BuildRequest request, Dockerfile dockerfile, BaseImages images)
            throws BuildException, DockerfileException {
        this.request = request;
        this.dockerfile = dockerfile;
        this.images = images;
        Platform host = Platform.host();
        this.platform = targetPlatform(host);
        this.contexts = NamedContexts.of(request.buildContexts(), request.workingDirectory(), platform);
        this.names = new SourceNames(dockerfile.stages(), contexts);
        this.targets = targets();
        this.globals = GlobalArguments.of(dockerfile, arguments(), host, platform, targetName());
        expandFroms();
    }

    static BuildPlan plan(BuildRequest request, Dockerfile dockerfile, BaseImages images)
            throws BuildException, DockerfileException, IOException {
        return new BuildPlanner(request, dockerfile, images).plan();
    }

    private BuildPlan plan() throws BuildException, DockerfileException, IOException {
        Optional<Instant> epoch = epoch();
        for (Stage stage : dockerfile.stages()) {
            instructions.add(plannedInstructions(stage));
        }
        refuseCircles();
        for (int target : targets) {
            need(target);
        }
        return new BuildPlan(dockerfile, globals, platform, request.platform().isPresent(), targets, planned, epoch);
    }

    private Platform targetPlatform(Platform host) throws BuildException {
        if (request.platform().isEmpty()) {
            return host;
        }
        try {
            return Platform.parse(request.platform().get(), host);
        } catch (IllegalArgumentException e) {
            throw new BuildException(FailureClass.USAGE, "--platform: " + e.getMessage(), e);
        }
    }

    private List<Integer> targets() throws BuildException {
        if (request.targets().isEmpty()) {
            return List.of(dockerfile.stages().size() - 1);
        }
        List<Integer> targets = new ArrayList<>();
        for (String wanted : request.targets()) {
            targets.add(stage(dockerfile, wanted));
        }
        return targets;
    }

    /** The number of the stage that {@code --target} names. */
    static int stage(Dockerfile dockerfile, String wanted) throws BuildException {
        return SourceNames.target(dockerfile.stages(), wanted)
                .orElseThrow(() -> new BuildException(
                        FailureClass.DOCKERFILE,
                        "--target \"%s\": %s has no such stage; it has %s"
                                .formatted(
                                        wanted,
                                        dockerfile.file().name(),
                                        dockerfile.stages().stream()
                                                .map(Stage::displayName)
                                                .toList())));
    }

    private String targetName() {
        return dockerfile.stages().get(targets.getFirst()).name().orElse("default");
    }

    /**
     * Those of the command line; the epoch of the environment counts as one, as with buildx, and so do Docker's
     * proxies.
     */
    private Map<String, String> arguments() {
        Map<String, String> arguments = new LinkedHashMap<>(request.buildArguments());
        arguments.putAll(ProxyArguments.configured(
                request.proxies(), request.buildArguments().keySet()));
        Optional.ofNullable(request.environment().get(EPOCH))
                .filter(value -> !value.isEmpty())
                .ifPresent(value -> arguments.putIfAbsent(EPOCH, value));
        return arguments;
    }

    private Optional<Instant> epoch() throws BuildException {
        Optional<String> value = globals.inherited(EPOCH).filter(text -> !text.isEmpty());
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!value.get().matches("[0-9]{1,12}")) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "%s is \"%s\", which is no number of seconds since 1970; give one (the names of contexts and stages, which BuildKit takes, too, are not supported), or leave it out"
                            .formatted(EPOCH, value.get()));
        }
        return Optional.of(Instant.ofEpochSecond(Long.parseLong(value.get())));
    }

    private void expandFroms() throws BuildException, DockerfileException {
        Expander expander = new Expander(globals.values(), dockerfile.escape());
        for (Stage stage : dockerfile.stages()) {
            FromInstruction from = stage.from().expand(expander);
            froms.add(from);
            Platform wanted = from.platform().isPresent() ? platformOf(stage, from) : platform;
            Optional<Base> context = stage.name().flatMap(name -> contexts.find(name, wanted));
            if (context.isPresent()) {
                replaced.add(stage.index());
            }
            bases.add(context.isPresent() ? context.get() : names.base(stage, from.image(), wanted));
        }
    }

    private boolean isReplaced(Stage stage) {
        return replaced.contains(stage.index());
    }

    private List<PlannedInstruction> plannedInstructions(Stage stage) throws BuildException, DockerfileException {
        List<PlannedInstruction> planned = new ArrayList<>();
        if (!isReplaced(stage)) {
            for (Instruction instruction : stage.instructions()) {
                planned.add(planned(instruction, false));
            }
        }
        return planned;
    }

    private PlannedInstruction planned(Instruction instruction, boolean trigger)
            throws BuildException, DockerfileException {
        Map<String, Base> sources = new HashMap<>();
        if (instruction instanceof CopyInstruction copy && copy.from().isPresent()) {
            String from = copy.from().get();
            sources.put(from, names.copySource(copy.source(), from));
        }
        if (instruction instanceof RunInstruction run) {
            for (String from : run.mountOrigins()) {
                sources.put(from, names.mountSource(from));
            }
        }
        return new PlannedInstruction(instruction, trigger, sources);
    }

    private void refuseCircles() throws BuildException {
        Set<Integer> done = new HashSet<>();
        for (Stage stage : dockerfile.stages()) {
            if (!done.contains(stage.index())) {
                refuseCircle(stage.index(), done);
            }
        }
    }

    /** Follows what a stage needs, and what that needs; chains of stages may be longer than the call stack is deep. */
    private void refuseCircle(int first, Set<Integer> done) throws BuildException {
        SequencedMap<Integer, Iterator<Integer>> path = new LinkedHashMap<>();
        path.put(first, needs(first).iterator());
        while (!path.isEmpty()) {
            Map.Entry<Integer, Iterator<Integer>> last = path.lastEntry();
            if (!last.getValue().hasNext()) {
                done.add(last.getKey());
                path.pollLastEntry();
                continue;
            }
            int needed = last.getValue().next();
            if (path.containsKey(needed)) {
                throw circle(needed, path.sequencedKeySet());
            }
            if (!done.contains(needed)) {
                path.put(needed, needs(needed).iterator());
            }
        }
    }

    private BuildException circle(int index, Collection<Integer> path) {
        List<Stage> stages = dockerfile.stages();
        Stage stage = stages.get(index);
        return Locations.dockerfile(
                stage.from().source(),
                "stage \"%s\" needs itself, by way of %s; break the circle"
                        .formatted(
                                stage.displayName(),
                                path.stream()
                                        .map(step -> stages.get(step).displayName())
                                        .toList()));
    }

    private List<Integer> needs(int index) {
        List<Integer> needed = new ArrayList<>();
        addStage(bases.get(index), needed);
        instructions
                .get(index)
                .forEach(instruction -> instruction.sources().values().forEach(source -> addStage(source, needed)));
        return needed;
    }

    private static void addStage(Base base, List<Integer> into) {
        if (base instanceof Base.OfStage stage) {
            into.add(stage.index());
        }
    }

    /** Plans a stage and all that it needs: first what it goes on from, then itself, then what it takes files from. */
    private void need(int target) throws BuildException, DockerfileException, IOException {
        Deque<Integer> todo = new ArrayDeque<>(List.of(target));
        while (!todo.isEmpty()) {
            int index = todo.element();
            if (planned.containsKey(index)) {
                todo.pop();
            } else if (bases.get(index) instanceof Base.OfStage below && !planned.containsKey(below.index())) {
                todo.push(below.index());
            } else {
                todo.pop();
                plan(index).reversed().forEach(todo::push);
            }
        }
    }

    /** Plans one stage, and tells which ones it takes files from. */
    private List<Integer> plan(int index) throws BuildException, DockerfileException, IOException {
        Stage stage = dockerfile.stages().get(index);
        FromInstruction from = froms.get(index);
        Base base = bases.get(index);
        Platform wanted = platformOf(stage, from, base);
        Optional<BaseImage> image = base instanceof Base.OfImage named
                ? Optional.of(images.resolve(named, wanted, from.source()))
                : Optional.empty();
        List<PlannedInstruction> all = new ArrayList<>();
        if (!isReplaced(stage)) {
            for (Instruction trigger : triggers(from.source(), base, image)) {
                all.add(planned(trigger, true));
            }
        }
        all.addAll(instructions.get(index));
        planned.put(index, new PlannedStage(stage, from, base, wanted, image, isReplaced(stage), all));
        List<Integer> sources = new ArrayList<>();
        for (PlannedInstruction instruction : all) {
            for (Map.Entry<String, Base> source : instruction.sources().entrySet()) {
                if (source.getValue() instanceof Base.OfStage other) {
                    refuseLaterStage(stage, instruction, source.getKey(), other.index());
                    sources.add(other.index());
                }
            }
        }
        return sources;
    }

    private Platform platformOf(Stage stage, FromInstruction from, Base base) throws BuildException {
        if (base instanceof Base.OfStage below) {
            return Objects.requireNonNull(planned.get(below.index())).platform();
        }
        return from.platform().isEmpty() || base instanceof Base.Scratch ? platform : platformOf(stage, from);
    }

    private static Platform platformOf(Stage stage, FromInstruction from) throws BuildException {
        try {
            return Platform.parse(from.platform().orElseThrow(), Platform.host());
        } catch (IllegalArgumentException e) {
            throw Locations.failure(FailureClass.DOCKERFILE, stage.from().source(), String.valueOf(e.getMessage()), e);
        }
    }

    private List<Instruction> triggers(InstructionSource from, Base base, Optional<BaseImage> image)
            throws DockerfileException {
        List<String> texts = new ArrayList<>();
        image.ifPresent(found -> texts.addAll(found.config().container().onBuild()));
        if (base instanceof Base.OfStage below) {
            for (PlannedInstruction instruction : instructions.get(below.index())) {
                if (instruction.instruction() instanceof OnBuildInstruction onBuild) {
                    texts.add(onBuild.trigger());
                }
            }
        }
        List<Instruction> triggers = new ArrayList<>();
        for (String text : texts) {
            triggers.add(Dockerfile.parseTrigger(
                    "ONBUILD of %s (%s)".formatted(from.arguments(), Locations.of(from)), text));
        }
        return triggers;
    }

    private void refuseLaterStage(Stage stage, PlannedInstruction instruction, String name, int other)
            throws BuildException {
        if (other >= stage.index()) {
            throw Locations.dockerfile(
                    instruction.instruction().source(),
                    "can't take anything from stage \"%s\", which comes later than stage \"%s\"; move it up"
                            .formatted(name, stage.displayName()));
        }
    }
}
