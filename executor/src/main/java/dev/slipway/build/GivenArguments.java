package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.ArgDeclaration;
import dev.slipway.dockerfile.ArgInstruction;
import dev.slipway.dockerfile.PredefinedArguments;
import dev.slipway.progress.ProgressListener;
import java.util.Set;
import java.util.TreeSet;

/** Build arguments that nobody declares: no error, but probably a slip (spec: ARG). */
final class GivenArguments {
    private GivenArguments() {}

    static void warnOfUnused(BuildPlan plan, ProgressListener progress) {
        Set<String> unused = new TreeSet<>(plan.globals().given().keySet());
        unused.removeAll(plan.globals().values().keySet());
        unused.removeAll(PredefinedArguments.PROXIES);
        unused.removeIf(name -> name.startsWith("BUILDKIT_") || name.equals(BuildPlanner.EPOCH));
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
            progress.warn("--build-arg %s: no stage that is built declares it with ARG".formatted(name));
        }
    }
}
