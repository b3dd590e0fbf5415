package dev.slipway.build;

import static java.util.Objects.requireNonNull;

import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.Instruction;
import dev.slipway.dockerfile.Stage;
import dev.slipway.image.Platform;
import dev.slipway.progress.BuildEvent;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What will be built: the stages that the target needs, in the file's order, each with its base, its triggers and what
 * its instructions take from elsewhere (spec: FROM and stages).
 *
 * @param explicitPlatform whether the target platform was asked for: then the image claims to be for it
 * @param targets the numbers of the stages that are asked for; the first becomes the image
 * @param stages those that are needed, by number
 * @param epoch SOURCE_DATE_EPOCH, where a build argument, a global ARG or the environment sets it
 */
record BuildPlan(
        Dockerfile dockerfile,
        GlobalArguments globals,
        Platform platform,
        boolean explicitPlatform,
        List<Integer> targets,
        Map<Integer, PlannedStage> stages,
        Optional<Instant> epoch) {

    BuildPlan {
        targets = List.copyOf(targets);
        stages = Collections.unmodifiableMap(new TreeMap<>(stages));
    }

    /**
     * An instruction and where it takes things from.
     *
     * @param trigger whether the base's ONBUILD brought it
     * @param sources what {@code --from} and mounts name, by the text that names it
     */
    record PlannedInstruction(Instruction instruction, boolean trigger, Map<String, Base> sources) {
        PlannedInstruction {
            sources = Map.copyOf(sources);
        }

        /** What a text of the instruction names. */
        Base source(String from) {
            return requireNonNull(sources.get(from), "the plan knows no source of this name");
        }
    }

    private PlannedStage stage(int index) {
        return requireNonNull(stages.get(index), "the plan leaves the stage out");
    }

    /** The number of the stage that becomes the image. */
    int target() {
        return targets.getFirst();
    }

    PlannedStage targetStage() {
        return stage(target());
    }

    /** The image at the bottom of the target stage; none on scratch. */
    Optional<BaseImage> bottomImage() {
        PlannedStage stage = targetStage();
        while (stage.base() instanceof Base.OfStage below) {
            stage = stage(below.index());
        }
        return stage.image();
    }

    BuildEvent.PlanMade event() {
        List<BuildEvent.Stage> unused =
                unneeded().stream().map(BuildPlan::unplanned).toList();
        return new BuildEvent.PlanMade(
                dockerfile.file().name(),
                stages.values().stream().map(PlannedStage::event).toList(),
                unused);
    }

    /** The stages that nothing needs, in the file's order. */
    List<Stage> unneeded() {
        return dockerfile.stages().stream()
                .filter(stage -> !stages.containsKey(stage.index()))
                .toList();
    }

    private static BuildEvent.Stage unplanned(Stage stage) {
        return new BuildEvent.Stage(
                stage.index(), stage.from().writtenStageName(), stage.from().image());
    }
}
