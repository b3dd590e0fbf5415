package dev.slipway.build;

import static java.util.Objects.requireNonNull;

import dev.slipway.attest.PackageCatalog;
import dev.slipway.build.copy.ContextTree;
import dev.slipway.build.ssh.AgentException;
import dev.slipway.build.ssh.Agents;
import dev.slipway.dockerfile.Checks;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.layer.BlobCompression;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.TimePolicy;
import dev.slipway.posix.Directory;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.PublishableImage;
import dev.slipway.registry.RegistryClient;
import dev.slipway.rootfs.RootfsFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Builds an image: a {@link BuildRequest} becomes a plan, its stages are built, the target's becomes the image (DESIGN
 * 1). What it is given it neither opens nor closes.
 */
public final class ImageBuilder {
    /** What zstd itself takes where nothing is said. */
    private static final int ZSTD_LEVEL = 3;

    private final RegistryClient registries;
    private final BlobStore blobs;
    private final Path store;
    private final RootfsFactory roots;
    private final Path temporary;
    private final ProgressListener progress;
    private final InstantSource clock;
    private final Optional<Consumer<PlanSummary>> plans;
    private final boolean listsSoftware;
    private final Set<BuildEvent> said = new HashSet<>();

    /**
     * A builder for one build.
     *
     * @param store the directory that {@code blobs} is in
     * @param temporary a directory of this build's own, removed by whoever made it
     */
    public ImageBuilder(
            RegistryClient registries,
            BlobStore blobs,
            Path store,
            RootfsFactory roots,
            Path temporary,
            ProgressListener progress,
            InstantSource clock) {
        this(registries, blobs, store, roots, temporary, progress, clock, Optional.empty(), false);
    }

    private ImageBuilder(
            RegistryClient registries,
            BlobStore blobs,
            Path store,
            RootfsFactory roots,
            Path temporary,
            ProgressListener progress,
            InstantSource clock,
            Optional<Consumer<PlanSummary>> plans,
            boolean listsSoftware) {
        this.registries = requireNonNull(registries, "registries is null");
        this.blobs = requireNonNull(blobs, "blobs is null");
        this.store = requireNonNull(store, "store is null");
        this.roots = requireNonNull(roots, "roots is null");
        this.temporary = requireNonNull(temporary, "temporary is null");
        this.progress = requireNonNull(progress, "progress is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.plans = requireNonNull(plans, "plans is null");
        this.listsSoftware = listsSoftware;
    }

    /** The same builder; {@code plans} is told what each build is going to do, before the first step. */
    public ImageBuilder announcing(Consumer<PlanSummary> plans) {
        return new ImageBuilder(
                registries, blobs, store, roots, temporary, progress, clock, Optional.of(plans), listsSoftware);
    }

    /** The same builder; what the Dockerfile wants listed besides the image's software is read, too. */
    ImageBuilder listingSoftware() {
        return new ImageBuilder(registries, blobs, store, roots, temporary, progress, clock, plans, true);
    }

    /**
     * Builds what is asked for.
     *
     * @throws BuildException with the place in the Dockerfile and the class of failure
     * @throws DockerfileException where the Dockerfile itself, or its {@code .dockerignore}, is wrong
     */
    public BuiltImage build(BuildRequest request)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        BuildFiles files = BuildFiles.read(request);
        BaseImages images = new BaseImages(
                registries,
                new StoredDocuments(blobs),
                progress,
                request.retries().downloads());
        BuildPlan plan = BuildPlanner.plan(request, files.dockerfile(), images);
        Unsupported.refuse(plan, request.commands());
        new ForeignCommands(Platform.host(), temporary).refuse(plan);
        Agents agents = agents(request);
        check(request, files, images);
        GivenArguments.warnOfUnused(plan, this::sayOnce);
        if (plans.isPresent()) {
            plans.get().accept(PlanSummary.of(plan, images));
        }
        progress.on(plan.event());
        MediaFamily family = family(request, plan);
        int processors = Runtime.getRuntime().availableProcessors();
        try (ExecutorService workers = Executors.newFixedThreadPool(processors);
                BaseLayers layers = new BaseLayers(
                        registries, blobs, progress, request.retries().downloads())) {
            LayerWriter writer = new LayerWriter(
                            blobs, compression(request.layers()), family, times(request, plan), workers, processors)
                    .leavingOut(request.layers().ignoredPaths());
            return build(request, plan, files, images, layers, writer, agents, family);
        }
    }

    private BuiltImage build(
            BuildRequest request,
            BuildPlan plan,
            BuildFiles files,
            BaseImages bases,
            BaseLayers layers,
            LayerWriter writer,
            Agents agents,
            MediaFamily family)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        long start = System.nanoTime();
        ContextTree context = new ContextTree(Directory.open(request.context()), files.ignore(), files.ignoreName());
        Downloads downloads = new Downloads(temporary, registries.network());
        BuildSession.Parts parts = new BuildSession.Parts(
                bases,
                layers,
                roots,
                writer,
                context,
                downloads,
                new CacheMounts(store.resolve("mounts")),
                agents,
                new RemoteSources(request, registries.network(), downloads, temporary, progress),
                temporary,
                progress,
                clock);
        try (BuildSession session = new BuildSession(request, plan, parts)) {
            new StageSchedule(plan, session).run(request.jobs());
            FurtherScans.Stages images = stage -> {
                // A registry's layers go from repository to repository; nobody else has those of a directory.
                layers.fetch(stage.layers().stream()
                        .filter(layer -> layer.origin() instanceof LayerOrigin.Layout)
                        .toList());
                return new FinishedImage(request, plan, stage, family, clock).publishable(blobs);
            };
            PublishableImage image = images.image(session.built(plan.target()));
            SortedMap<String, PackageCatalog> further = listsSoftware
                    ? new FurtherScans(plan, new SoftwareScan(registries)).of(session, images)
                    : Collections.emptySortedMap();
            if (roots.isMaterializing()) {
                session.materialize();
            }
            progress.on(built(image, start));
            return new BuiltImage(image, bases.materials(), further);
        }
    }

    /** The builds of several platforms find the same in one Dockerfile. */
    private void sayOnce(BuildEvent warning) {
        if (said.add(warning)) {
            progress.on(warning);
        }
    }

    /** Says what the checks found; their findings end the build where the file asks for that. */
    private void check(BuildRequest request, BuildFiles files, BaseImages images)
            throws BuildException, DockerfileException {
        Checks.Result result = new DockerfileChecks(images::known, progress).run(request, files, true);
        String name = files.dockerfile().file().name();
        for (Finding finding : result.findings()) {
            sayOnce(new BuildEvent.CheckWarning(
                    finding.rule().id(), finding.message(), name, OptionalInt.of(finding.line()), finding.url()));
        }
        if (result.failing()) {
            throw new BuildException(
                    FailureClass.BUILD,
                    "%s asks that findings of the build checks count as errors, and there are some: %s"
                            .formatted(
                                    name,
                                    result.findings().stream()
                                            .map(finding -> finding.rule().id())
                                            .distinct()
                                            .toList()));
        }
    }

    private static BuildEvent.ImageBuilt built(PublishableImage image, long start) {
        return new BuildEvent.ImageBuilt(
                image.manifest().digest().toString(),
                image.manifest().mediaType(),
                image.layers().stream()
                        .map(layer -> new BuildEvent.ImageBuilt.Layer(
                                layer.descriptor().digest().toString(),
                                layer.descriptor().sizeBytes()))
                        .toList(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private Agents agents(BuildRequest request) throws BuildException {
        try {
            return new Agents(request.commands().agents(), temporary);
        } catch (AgentException e) {
            throw new BuildException(FailureClass.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isPackedWithZstd(Optional<BaseImage> base) {
        return base.stream()
                .flatMap(image -> image.manifest().layers().stream())
                .anyMatch(layer -> MediaTypes.compressionOf(layer.mediaType())
                        .filter(LayerCompression.ZSTD::equals)
                        .isPresent());
    }

    /** The base's family of media types, OCI on scratch, unless a flag says otherwise or needs the other. */
    private static MediaFamily family(BuildRequest request, BuildPlan plan) throws BuildException {
        MediaFamily family = switch (request.format()) {
            case DOCKER -> MediaFamily.DOCKER;
            case OCI -> MediaFamily.OCI;
            case AS_BASE -> plan.bottomImage().map(BaseImage::family).orElse(MediaFamily.OCI);
        };
        if (request.format() == BuildRequest.ImageFormat.DOCKER && isPackedWithZstd(plan.bottomImage())) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--image-format=docker has no layers packed with zstd, as the base image has; leave the flag out");
        }
        boolean zstd = request.layers().compression() == BuildRequest.Compression.ZSTD;
        boolean unpackable = zstd && !family.allows(LayerCompression.ZSTD);
        boolean annotated =
                family == MediaFamily.DOCKER && !request.annotations().isEmpty();
        if (!unpackable && !annotated) {
            return family;
        }
        if (request.format() == BuildRequest.ImageFormat.AS_BASE) {
            return MediaFamily.OCI;
        }
        throw new BuildException(
                FailureClass.USAGE,
                "--image-format=docker has no %s; leave out one of the two flags"
                        .formatted(unpackable ? "layers packed with zstd" : "annotations"));
    }

    private static BlobCompression compression(BuildRequest.LayerOptions options) throws BuildException {
        try {
            return switch (options.compression()) {
                case GZIP ->
                    options.compressionLevel()
                            .<BlobCompression>map(BlobCompression.Gzip::new)
                            .orElse(BlobCompression.DEFAULT);
                case ZSTD -> new BlobCompression.Zstd(options.compressionLevel().orElse(ZSTD_LEVEL));
            };
        } catch (IllegalArgumentException e) {
            throw new BuildException(FailureClass.USAGE, "--compression-level: " + e.getMessage(), e);
        }
    }

    private static TimePolicy times(BuildRequest request, BuildPlan plan) {
        if (request.layers().reproducible()) {
            return new TimePolicy.Fixed(plan.epoch().orElse(Instant.EPOCH));
        }
        return request.layers().rewriteTimestamps() && plan.epoch().isPresent()
                ? new TimePolicy.Clamp(plan.epoch().get())
                : new TimePolicy.Keep();
    }
}
