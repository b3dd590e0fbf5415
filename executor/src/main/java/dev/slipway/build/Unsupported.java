package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.RunInstruction;

/** Refuses by name, before anything is built, what a Dockerfile may say but this executor doesn't do. */
final class Unsupported {
    private Unsupported() {}

    static void refuse(BuildPlan plan, BuildRequest.CommandOptions options) throws BuildException {
        for (PlannedStage stage : plan.stages().values()) {
            for (PlannedInstruction planned : stage.instructions()) {
                if (planned.instruction() instanceof RunInstruction run) {
                    refuse(run, options);
                }
            }
        }
    }

    private static void refuse(RunInstruction run, BuildRequest.CommandOptions options) throws BuildException {
        if (run.security() == RunInstruction.Security.INSECURE && !options.insecureAllowed()) {
            throw Locations.dockerfile(
                    run.source(),
                    "RUN --security=insecure takes the leave of whoever builds; give it with --allow security.insecure, or leave the flag out: steps run with Docker's default capabilities");
        }
        if (!run.devices().isEmpty()) {
            throw Locations.dockerfile(
                    run.source(),
                    "RUN --device=%s is not supported: a pod hands no devices on to build steps; leave it out"
                            .formatted(run.devices().getFirst()));
        }
    }
}
