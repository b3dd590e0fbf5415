package dev.slipway.cli;

import dev.slipway.build.BuildRequest;
import dev.slipway.build.DockerfileSource;
import dev.slipway.build.ImagePlanner;
import dev.slipway.build.PlanSummary;
import dev.slipway.context.BuildContext;
import dev.slipway.context.StandardInput;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prints what a build would do, and does none of it: takes the flags of a build, so that a pipeline's can be had a look at. */
final class PlanCommand implements Command {

    private final Surroundings here;

    PlanCommand(Surroundings here) {
        this.here = here;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        PlanFormat format = PlanFormat.of(flags.valueOrDefault(SourceFlags.FORMAT));
        return new Running(progress, here.clock()).answer(() -> {
            here.out().println(format.write(plans(flags, progress)));
            return 0;
        });
    }

    private List<PlanSummary> plans(GivenFlags flags, ProgressListener progress) throws Exception {
        Path own = new OwnPlaces(flags, here.directory(), BuildCommand.MOUNT_TABLE).directory();
        Path scratch = own.resolve("plan-" + ProcessHandle.current().pid());
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context = ContextFromFlags.open(flags, scratch, own, registries.network(), progress)) {
            DockerfileSource dockerfile =
                    new DockerfileFromFlags(flags, registries.network(), StandardInput.ofProcess()).source();
            ImagePlanner planner = new ImagePlanner(registries);
            List<PlanSummary> plans = new ArrayList<>();
            for (BuildRequest request :
                    new RequestFromFlags(flags, here.directory(), dockerfile).requests(context.root())) {
                plans.add(planner.plan(request));
            }
            return plans;
        }
    }
}
