package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.FromInstruction;
import dev.slipway.dockerfile.Stage;
import dev.slipway.image.Platform;
import dev.slipway.progress.BuildEvent;
import java.util.List;
import java.util.Optional;

/**
 * A stage as it will be built.
 *
 * @param stage as it was read
 * @param from its FROM, expanded
 * @param platform what FROM asks for, else the target platform
 * @param image the base image, where the base is one
 * @param replaced whether {@code --build-context} puts something in the place of the stage itself
 * @param instructions the triggers of the base first, then its own
 */
record PlannedStage(
        Stage stage,
        FromInstruction from,
        Base base,
        Platform platform,
        Optional<BaseImage> image,
        boolean replaced,
        List<PlannedInstruction> instructions) {

    PlannedStage {
        instructions = List.copyOf(instructions);
    }

    /** Whether its layers, and paths, are those of Windows. */
    boolean isWindows() {
        return image.map(base -> base.config().platform()).orElse(platform).os().equals("windows");
    }

    int index() {
        return stage.index();
    }

    BuildEvent.Stage event() {
        return new BuildEvent.Stage(stage.index(), from.writtenStageName(), from.image());
    }
}
