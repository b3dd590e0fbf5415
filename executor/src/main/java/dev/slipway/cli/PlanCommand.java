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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints what a build would do, and does none of it. */
final class PlanCommand {
    private static final List<Flag> FLAGS = FlagTable.flags(FlagTable.BUILD);

    private final Streams streams;
    private final Path workingDirectory;
    private final InstantSource clock;

    PlanCommand(Streams streams, Path workingDirectory, InstantSource clock) {
        this.streams = streams;
        this.workingDirectory = workingDirectory;
        this.clock = clock;
    }

    /** Takes the flags of a build, so that a pipeline's can be had a look at as they are. */
    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        GivenFlags flags = new FlagParser(FLAGS).parse(arguments, environment);
        ProgressListener progress = Logging.listener(flags, streams.err(), clock);
        FlagReview.review(FLAGS, flags, progress);
        return run(flags, progress);
    }

    /** For {@code --dryrun}. */
    int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        PlanFormat format = PlanFormat.of(flags.valueOrDefault(SourceFlags.FORMAT));
        try {
            streams.out().println(format.write(plans(flags, progress)));
            return 0;
        } catch (UsageException refused) {
            throw refused;
        } catch (Throwable failure) {
            var ending = Failures.ending(failure);
            progress.on(ending);
            return ending.exitCode();
        }
    }

    private List<PlanSummary> plans(GivenFlags flags, ProgressListener progress) throws Exception {
        Path own = new OwnPlaces(flags, workingDirectory, BuildCommand.MOUNT_TABLE).directory();
        Path scratch = own.resolve("plan-" + ProcessHandle.current().pid());
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context = ContextFromFlags.open(flags, scratch, own, registries.network(), progress)) {
            DockerfileSource dockerfile =
                    new DockerfileFromFlags(flags, registries.network(), StandardInput.ofProcess()).source();
            ImagePlanner planner = new ImagePlanner(registries);
            List<PlanSummary> plans = new ArrayList<>();
            for (BuildRequest request :
                    new RequestFromFlags(flags, workingDirectory, dockerfile, Map.of()).requests(context.root())) {
                plans.add(planner.plan(request));
            }
            return plans;
        }
    }
}
