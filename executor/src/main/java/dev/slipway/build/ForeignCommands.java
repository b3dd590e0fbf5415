package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.image.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Refuses, before anything is built, a RUN in an image whose programs this machine can't run. Everything else of a
 * Dockerfile works for any platform.
 */
final class ForeignCommands {
    private final Platform host;
    private final Path temporary;
    private final Map<Platform, Boolean> tried = new HashMap<>();

    ForeignCommands(Platform host, Path temporary) {
        this.host = host;
        this.temporary = temporary;
    }

    void refuse(BuildPlan plan) throws BuildException, IOException, InterruptedException {
        for (PlannedStage stage : plan.stages().values()) {
            Optional<RunInstruction> run = firstRun(stage);
            if (run.isEmpty()) {
                continue;
            }
            Platform platform = platform(plan, stage);
            if (!platform.os().equals(host.os())) {
                throw Locations.dockerfile(
                        run.get().source(),
                        "RUN can't be done in an image for %s: this is %s. Prepare the files elsewhere and COPY them: a"
                                        .formatted(platform, host)
                                + " Dockerfile without RUN is built for any platform");
            }
            if (!runs(platform)) {
                throw Locations.dockerfile(
                        run.get().source(),
                        "RUN can't be done in an image for %s: this machine is %s, and its kernel has no interpreter for"
                                        .formatted(platform, host)
                                + " the programs of the other (binfmt_misc, with the F flag). Register one, as QEMU's, on"
                                + " the node; or build each platform on a machine of its own and join them with"
                                + " \"executor index\"; or leave RUN to a stage that is FROM --platform=$BUILDPLATFORM");
            }
        }
    }

    private static Optional<RunInstruction> firstRun(PlannedStage stage) {
        for (PlannedInstruction planned : stage.instructions()) {
            if (planned.instruction() instanceof RunInstruction run) {
                return Optional.of(run);
            }
        }
        return Optional.empty();
    }

    /** What the programs are made for: where another system is asked for, that; else the base knows; on scratch, and in directories, nobody does. */
    private Platform platform(BuildPlan plan, PlannedStage stage) {
        if (!stage.platform().os().equals(host.os())) {
            return stage.platform();
        }
        PlannedStage bottom = stage;
        while (bottom.base() instanceof Base.OfStage below) {
            bottom = Objects.requireNonNull(plan.stages().get(below.index()));
        }
        if (bottom.image().isPresent()) {
            return bottom.image().get().config().platform().normalized();
        }
        return host;
    }

    private boolean runs(Platform platform) throws IOException, InterruptedException {
        if (platform.architecture().isEmpty()) {
            return true;
        }
        for (Platform mine : host.runnable()) {
            if (mine.architecture().equals(platform.architecture())) {
                return true;
            }
        }
        Boolean known = tried.get(platform);
        if (known == null) {
            known = ForeignProgram.runs(platform.architecture(), temporary);
            tried.put(platform, known);
        }
        return known;
    }
}
