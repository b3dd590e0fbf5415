package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.ArgDeclaration;
import dev.slipway.dockerfile.ArgInstruction;
import dev.slipway.dockerfile.PredefinedArguments;
import dev.slipway.progress.ProgressListener;
import java.util.Set;
import java.util.TreeSet;

/** Build arguments that nobody declares, or that only BuildKit heeds: no error, but probably a slip (spec: ARG). */
final class GivenArguments {
    private static final String BUILDKITS_OWN = "BUILDKIT_";
    private static final Set<String> HONOURED = Set.of(
            "BUILDKIT_CACHE_MOUNT_NS",
            "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
            "BUILDKIT_DOCKERFILE_CHECK",
            "BUILDKIT_SANDBOX_HOSTNAME",
            BuildPlanner.EPOCH);
    /** Heeded where an ARG has them, like any other. */
    private static final Set<String> IF_DECLARED = Set.of(FurtherScans.CONTEXT, FurtherScans.STAGE);

    private GivenArguments() {}

    static void warnOfUnused(BuildPlan plan, ProgressListener progress) {
        Set<String> unused = new TreeSet<>(plan.globals().given().keySet());
        unused.removeAll(plan.globals().values().keySet());
        unused.removeAll(PredefinedArguments.PROXIES);
        unused.removeAll(HONOURED);
        for (ArgInstruction arg : plan.dockerfile().globalArgs()) {
            arg.declarations().stream().map(ArgDeclaration::name).forEach(unused::remove);
        }
        for (PlannedStage stage : plan.stages().values()) {
            for (PlannedInstruction planned : stage.instructions()) {
                if (planned.instruction() instanceof ArgInstruction arg) {
                    arg.declarations().stream().map(ArgDeclaration::name).forEach(unused::remove);
                }
            }
        }
        for (String name : unused) {
            progress.warn((name.startsWith(BUILDKITS_OWN) && !IF_DECLARED.contains(name)
                            ? "--build-arg %s: it has no effect here; leave it out"
                            : "--build-arg %s: no stage that is built declares it with ARG")
                    .formatted(name));
        }
    }
}
