package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.image.Digest;
import dev.slipway.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a build would do, for whoever wants to know before: which stages are built on what, by which instructions, and
 * which are left out.
 *
 * @param dockerfile as messages name it
 * @param stages those that are built, in the file's order
 * @param skipped those that nothing needs
 */
public record PlanSummary(String dockerfile, Platform platform, List<StageSummary> stages, List<SkippedStage> skipped) {

    public PlanSummary {
        stages = List.copyOf(stages);
        skipped = List.copyOf(skipped);
    }

    /**
     * A stage.
     *
     * @param line of its FROM
     * @param target whether it was asked for; the others are needed by one that was
     * @param image whether it becomes the image
     */
    public record StageSummary(
            int index,
            Optional<String> name,
            int line,
            Platform platform,
            boolean target,
            boolean image,
            Origin base,
            List<Step> steps) {
        public StageSummary {
            steps = List.copyOf(steps);
        }
    }

    /**
     * An instruction.
     *
     * @param line in its own file; triggers have none of the Dockerfile's
     * @param text as it was written, on one line
     * @param trigger whether the base's ONBUILD brought it
     * @param sources what it takes things from, besides the context
     */
    public record Step(int line, String text, boolean trigger, List<Origin> sources) {
        public Step {
            sources = List.copyOf(sources);
        }
    }

    /** A stage that nothing needs. */
    public record SkippedStage(int index, Optional<String> name, int line) {}

    /** What a stage is built on, or takes something from. */
    public sealed interface Origin {
        /** Nothing. */
        record Scratch() implements Origin {}

        /** Another stage. */
        record Stage(int index, Optional<String> name) implements Origin {}

        /**
         * An image.
         *
         * @param digest what the name was resolved to: an index, where there is one
         * @param manifest of the image for the platform
         */
        record Image(String name, Digest digest, Digest manifest, int layers) implements Origin {}

        /** A further context: a directory, or what is fetched into one. */
        record Context(String name, String location) implements Origin {}
    }

    static PlanSummary of(BuildPlan plan, BaseImages images) throws BuildException {
        List<StageSummary> stages = new ArrayList<>();
        for (PlannedStage stage : plan.stages().values()) {
            InstructionSource from = stage.stage().from().source();
            List<Step> steps = new ArrayList<>();
            for (PlannedInstruction planned : stage.instructions()) {
                steps.add(step(planned, plan, images));
            }
            stages.add(new StageSummary(
                    stage.index(),
                    stage.stage().name(),
                    from.line(),
                    stage.platform(),
                    plan.targets().contains(stage.index()),
                    plan.target() == stage.index(),
                    origin(stage.base(), stage.platform(), plan, images, from),
                    steps));
        }
        return new PlanSummary(
                plan.dockerfile().file().name(),
                plan.platform(),
                stages,
                plan.unneeded().stream()
                        .map(stage -> new SkippedStage(
                                stage.index(),
                                stage.name(),
                                stage.from().source().line()))
                        .toList());
    }

    private static Step step(PlannedInstruction planned, BuildPlan plan, BaseImages images) throws BuildException {
        InstructionSource source = planned.instruction().source();
        List<Origin> sources = new ArrayList<>();
        for (Base base : planned.sources().values().stream().distinct().toList()) {
            sources.add(origin(base, plan.platform(), plan, images, source));
        }
        return new Step(source.line(), source.text(), planned.trigger(), sources);
    }

    private static Origin origin(
            Base base, Platform platform, BuildPlan plan, BaseImages images, InstructionSource wantedBy)
            throws BuildException {
        return switch (base) {
            case Base.Scratch _ -> new Origin.Scratch();
            case Base.OfStage(int index) ->
                new Origin.Stage(index, plan.dockerfile().stages().get(index).name());
            case Base.OfImage named -> {
                BaseImage image = images.resolve(named, platform, wantedBy);
                yield new Origin.Image(
                        named.name(),
                        image.digest(),
                        image.manifest().digest(),
                        image.layers().size());
            }
            case Base.OfDirectory directory ->
                new Origin.Context(directory.name(), directory.root().toString());
            case Base.OfRemote remote -> new Origin.Context(remote.name(), shown(remote, wantedBy));
        };
    }

    /** Plans are kept and passed on, so that no URI may be in them with its password or signature. */
    private static String shown(Base.OfRemote remote, InstructionSource wantedBy) throws BuildException {
        try {
            return ContextUri.parse(remote.uri()).toString();
        } catch (ContextException e) {
            throw RemoteSources.failure(remote, wantedBy, e);
        }
    }
}
