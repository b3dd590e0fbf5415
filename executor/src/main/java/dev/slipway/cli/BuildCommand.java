package dev.slipway.cli;

import dev.slipway.build.AttestationRequest;
import dev.slipway.build.Attestations;
import dev.slipway.build.BuildRequest;
import dev.slipway.build.ImageBuilder;
import dev.slipway.build.PlatformBuilds;
import dev.slipway.build.WorkDirectory;
import dev.slipway.context.BuildContext;
import dev.slipway.context.StandardInput;
import dev.slipway.layer.BlobStore;
import dev.slipway.posix.Directory;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Publisher;
import dev.slipway.registry.ConfiguredCredentials;
import dev.slipway.registry.RegistryClient;
import dev.slipway.rootfs.InPlaceOptions;
import dev.slipway.rootfs.Isolation;
import dev.slipway.rootfs.RootfsFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds and pushes: what the executor does without a subcommand. */
final class BuildCommand {
    private static final List<Flag> FLAGS = FlagTable.flags(FlagTable.BUILD);
    /** Unlike {@code --dryrun} it doesn't keep the build from being done. */
    private static final String PRINT_PLAN = "KANIKO_PRINT_PLAN";

    static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

    private final Surroundings here;

    BuildCommand(Surroundings here) {
        this.here = here;
    }

    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        GivenFlags flags = new FlagParser(FLAGS).parse(arguments, environment);
        ProgressListener progress = Logging.ofBuild(flags, here.err(), here.clock(), here.directory());
        FlagReview.review(FLAGS, flags, progress);
        FlagReview.reviewVariables(environment, progress);
        if (flags.on(SourceFlags.CHECK)) {
            return new CheckCommand(here).run(flags, progress);
        }
        if (flags.on(SourceFlags.DRYRUN)) {
            return new PlanCommand(here).run(flags, progress);
        }
        if (flags.changed(SourceFlags.FORMAT)) {
            throw new UsageException("--format says how --check and --dryrun write: add one of them, or leave it out");
        }
        return new Running(progress, here.clock()).run(() -> build(flags, progress));
    }

    private void build(GivenFlags flags, ProgressListener progress) throws Exception {
        boolean cleansUp = flags.on(RunFlags.CLEANUP);
        boolean printsPlan = flags.variable(PRINT_PLAN);
        PublishRequest publication = new PublishFromFlags(flags, here.directory()).request();
        AttestationRequest attestation = new AttestationFromFlags(flags, here.directory()).request();
        Isolation isolation = isolation(flags);
        OwnPlaces places = new OwnPlaces(flags, here.directory(), MOUNT_TABLE);
        ConfiguredCredentials configured = RegistryFromFlags.configured(flags, progress);
        Leftovers leftovers = new Leftovers(progress);
        WorkDirectory work = WorkDirectory.open(places.directory());
        try (Leftovers.Removal _ = leftovers.whenClosed(work::close);
                RegistryClient registries = RegistryFromFlags.client(flags, configured, progress);
                OpenedBuckets buckets = OpenedBuckets.of(publication, flags.environment(), registries.network());
                BuildContext context = ContextFromFlags.open(
                        flags, work.context(), places.directory(), registries.network(), progress)) {
            RequestFromFlags from = new RequestFromFlags(
                    flags,
                    here.directory(),
                    new DockerfileFromFlags(flags, registries.network(), StandardInput.ofProcess()).source(),
                    ContextFromFlags.sourceLabels(context),
                    configured.proxies());
            List<BuildRequest> requests = from.requests(context.root());
            Publisher publisher = new Publisher(registries, new PublishEvents(progress), buckets);
            publisher.checkPermission(publication);
            OwnPlaces.Store kept = places.store(work);
            Path store = Files.createDirectories(kept.directory());
            InPlaceOptions inPlace = new InPlaceFromFlags(flags, here.directory(), places)
                    .options(requests.getFirst(), store, outputs(flags, publication, attestation));
            try (Leftovers.Removal _ = cleansUp && store.equals(work.store())
                            ? leftovers.whenClosed(work::removeStore)
                            : () -> {};
                    Directory storeRoot = Directory.open(store);
                    Shared shared = Shared.open(kept.shared());
                    BlobStore blobs = BlobStore.open(storeRoot, shared.directory());
                    Roots rooms = new Roots(
                            RootfsFactory.open(
                                    work.build(),
                                    store,
                                    blobs,
                                    isolation,
                                    requests.getFirst().layers().ignoredPaths(),
                                    inPlace,
                                    progress::warn),
                            leftovers)) {
                RootfsFactory roots = rooms.factory();
                blobs.clearAbandoned();
                progress.info(roots.choice().explanation());
                if (flags.on(OutputFlags.MATERIALIZE) && !roots.isInPlace()) {
                    throw new UsageException(
                            "--materialize leaves the target's filesystem in the executor's own root, which only --isolation=in-place does");
                }
                ImageBuilder builder =
                        new ImageBuilder(registries, blobs, store, roots, work.temporary(), progress, here.clock());
                if (printsPlan) {
                    builder = builder.announcing(plan -> here.out().println(PlanFormat.TEXT.write(List.of(plan))));
                }
                PlatformBuilds builds = new PlatformBuilds(
                        builder,
                        from.annotations(),
                        source(context),
                        new Attestations(attestation, publication.destinations(), registries, progress, here.clock()),
                        here.clock());
                publisher.publish(builds.build(requests), publication);
                leftovers.imageIsPublished();
            }
        }
    }

    /** The build's root filesystems, which are among what it leaves. */
    private record Roots(RootfsFactory factory, Leftovers leftovers) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            leftovers.remove(factory::close);
        }
    }

    private List<Path> outputs(GivenFlags flags, PublishRequest publication, AttestationRequest attestation) {
        List<Path> outputs = new ArrayList<>(publication.outputs());
        attestation.bills().values().forEach(file -> file.ifPresent(outputs::add));
        flags.value(OutputFlags.REPORT).map(here.directory()::resolve).ifPresent(outputs::add);
        return outputs;
    }

    private static Isolation isolation(GivenFlags flags) throws UsageException {
        String text = flags.valueOrDefault(RunFlags.ISOLATION);
        return Isolation.ofFlag(text)
                .orElseThrow(() -> new UsageException(
                        "--isolation \"%s\": write one of %s".formatted(text, Isolation.flagValues())));
    }

    /** A cache that others fill, held open while a build reads it. */
    private record Shared(Optional<Directory> directory) implements AutoCloseable {
        static Shared open(Optional<Path> path) throws IOException {
            return new Shared(path.isPresent() ? Optional.of(Directory.open(path.get())) : Optional.empty());
        }

        @Override
        public void close() throws IOException {
            if (directory.isPresent()) {
                directory.get().close();
            }
        }
    }

    private static PlatformBuilds.Source source(BuildContext context) {
        Optional<String> commit = context.revision().filter(revision -> revision.matches("[0-9a-f]{40}|[0-9a-f]{64}"));
        return commit.isEmpty()
                ? PlatformBuilds.Source.UNKNOWN
                : new PlatformBuilds.Source(Optional.of(context.origin()), commit);
    }
}
