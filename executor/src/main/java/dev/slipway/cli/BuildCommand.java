package dev.slipway.cli;

import dev.slipway.build.BuildRequest;
import dev.slipway.build.ImageBuilder;
import dev.slipway.build.WorkDirectory;
import dev.slipway.context.BuildContext;
import dev.slipway.layer.BlobStore;
import dev.slipway.posix.Directory;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Publisher;
import dev.slipway.registry.RegistryClient;
import dev.slipway.rootfs.Isolation;
import dev.slipway.rootfs.RootfsFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Builds and pushes: what the executor does without a subcommand. */
final class BuildCommand {
    private static final List<Flag> FLAGS = FlagTable.flags(FlagTable.BUILD);
    static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

    private final Streams streams;
    private final Path workingDirectory;
    private final InstantSource clock;

    BuildCommand(Streams streams, Path workingDirectory, InstantSource clock) {
        this.streams = streams;
        this.workingDirectory = workingDirectory;
        this.clock = clock;
    }

    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        GivenFlags flags = new FlagParser(FLAGS).parse(arguments, environment);
        ProgressListener progress = Logging.listener(flags, streams.err(), clock);
        FlagReview.review(FLAGS, flags, progress);
        if (flags.on(SourceFlags.CHECK)) {
            return new CheckCommand(streams, workingDirectory, clock).run(flags, progress);
        }
        if (flags.changed(SourceFlags.FORMAT)) {
            throw new UsageException("--format says how --check writes what it finds: add --check, or leave it out");
        }
        Instant start = clock.instant();
        try (Interruption interruption = Interruption.ofThisThread()) {
            try {
                progress.info("Slipway " + Version.current());
                build(flags, progress);
                progress.on(new BuildEvent.BuildFinished(Duration.between(start, clock.instant())));
                return 0;
            } catch (Throwable failure) {
                BuildEvent.BuildFailed ending = interruption
                        .received()
                        .map(BuildCommand::interrupted)
                        .orElseGet(() -> Failures.ending(failure));
                progress.debug(trace(failure));
                progress.on(ending);
                return ending.exitCode();
            }
        }
    }

    private void build(GivenFlags flags, ProgressListener progress) throws Exception {
        PublishRequest publication = new PublishFromFlags(flags, workingDirectory).request();
        Isolation isolation = isolation(flags);
        OwnPlaces places = new OwnPlaces(flags, workingDirectory, MOUNT_TABLE);
        try (WorkDirectory work = WorkDirectory.open(places.directory());
                RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context =
                        ContextFromFlags.open(flags, work.context(), places.directory(), registries.network())) {
            BuildRequest request = new RequestFromFlags(flags, workingDirectory).request(context.root());
            Publisher publisher = new Publisher(registries, new PublishEvents(progress));
            publisher.checkPermission(publication);
            Path store = Files.createDirectories(places.store(work));
            try (Directory storeRoot = Directory.open(store);
                    BlobStore blobs = BlobStore.open(storeRoot);
                    RootfsFactory roots = RootfsFactory.open(work.build(), store, blobs, isolation)) {
                progress.info(roots.choice().explanation());
                ImageBuilder builder =
                        new ImageBuilder(registries, blobs, store, roots, work.temporary(), progress, clock);
                publisher.publish(builder.build(request), publication);
            }
        }
    }

    private static Isolation isolation(GivenFlags flags) throws UsageException {
        String text = flags.valueOrDefault(RunFlags.ISOLATION);
        Isolation isolation = Isolation.ofFlag(text)
                .orElseThrow(() -> new UsageException(
                        "--isolation \"%s\": write one of %s".formatted(text, Isolation.flagValues())));
        if (isolation == Isolation.IN_PLACE) {
            throw new UsageException("--isolation=in-place is not supported yet: write auto, overlay or directory");
        }
        return isolation;
    }

    private static BuildEvent.BuildFailed interrupted(FailureClass how) {
        String signal = how == FailureClass.TERMINATED ? "SIGTERM" : "SIGINT";
        return new BuildEvent.BuildFailed(how, how.exitCode(), "the build was ended by " + signal);
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().strip();
    }
}
