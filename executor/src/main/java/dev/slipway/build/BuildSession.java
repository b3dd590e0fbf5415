package dev.slipway.build;

import dev.slipway.build.copy.ContextTree;
import dev.slipway.build.copy.CopySource;
import dev.slipway.build.ssh.Agents;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.image.ImageConfig;
import dev.slipway.layer.LayerContent;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.Directory;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.rootfs.FileTree;
import dev.slipway.rootfs.ImageLayer;
import dev.slipway.rootfs.Rootfs;
import dev.slipway.rootfs.RootfsException;
import dev.slipway.rootfs.RootfsFactory;
import dev.slipway.rootfs.RootfsFactory.Use;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the stages of one build share: the plan, the context, images, caches, and the stages that are built already. */
final class BuildSession implements AutoCloseable {
    private final BuildRequest request;
    private final BuildPlan plan;
    private final BaseImages images;
    private final BaseLayers layers;
    private final RootfsFactory roots;
    private final LayerWriter writer;
    private final ContextTree context;
    private final Downloads downloads;
    private final CacheMounts caches;
    private final Agents agents;
    private final RemoteSources remoteSources;
    private final ProgressListener progress;
    private final InstantSource clock;
    private final MountSources mountSources;
    private final Map<Integer, BuiltStage> built = new ConcurrentHashMap<>();
    private final Map<String, ContextTree> namedContexts = new HashMap<>();
    private final List<ContextTree> repositories = new ArrayList<>();
    private final Map<Base, Rootfs> readable = new HashMap<>();
    private final Map<Base, Rootfs> mountable = new HashMap<>();

    /** What a session is made of; all but the context is the caller's to close. */
    record Parts(
            BaseImages images,
            BaseLayers layers,
            RootfsFactory roots,
            LayerWriter writer,
            ContextTree context,
            Downloads downloads,
            CacheMounts caches,
            Agents agents,
            RemoteSources remoteSources,
            Path temporary,
            ProgressListener progress,
            InstantSource clock) {}

    BuildSession(BuildRequest request, BuildPlan plan, Parts parts) {
        this.request = request;
        this.plan = plan;
        this.images = parts.images();
        this.layers = parts.layers();
        this.roots = parts.roots();
        this.writer = parts.writer();
        this.context = parts.context();
        this.downloads = parts.downloads();
        this.caches = parts.caches();
        this.agents = parts.agents();
        this.remoteSources = parts.remoteSources();
        this.progress = parts.progress();
        this.clock = parts.clock();
        this.mountSources = new MountSources(this, parts.temporary());
    }

    BuildRequest request() {
        return request;
    }

    BuildPlan plan() {
        return plan;
    }

    ProgressListener progress() {
        return progress;
    }

    Downloads downloads() {
        return downloads;
    }

    CacheMounts caches() {
        return caches;
    }

    RemoteSources remoteSources() {
        return remoteSources;
    }

    Agents agents() {
        return agents;
    }

    MountSources mountSources() {
        return mountSources;
    }

    ContextTree context() {
        return context;
    }

    /** The time that the history has for a step of now. */
    Instant stepTime() {
        return request.layers().reproducible() ? plan.epoch().orElse(Instant.EPOCH) : creationTime();
    }

    /** The time of what the builder itself makes in a filesystem. */
    Instant creationTime() {
        return plan.epoch().orElseGet(clock::instant);
    }

    boolean isSingleSnapshot(PlannedStage stage) {
        return request.layers().singleSnapshot() && stage.index() == plan.target();
    }

    ImageConfig scratchConfig() {
        ImageConfig scratch = ImageConfig.scratch(plan.platform());
        return scratch.withContainer(
                scratch.container().change().workingDir("/").build());
    }

    /** Whether there is one root filesystem for all stages' commands: the executor's own. */
    boolean isOneAtATime() {
        return roots.isInPlace();
    }

    /** Takes a stage in. What has to give way to the next one's filesystem is read from its layers from then on. */
    void add(BuiltStage stage) throws IOException {
        if (isOneAtATime() && stage.root().isPresent()) {
            stage.root().get().close();
            built.put(stage.stage().index(), stage.withoutRoot());
        } else {
            built.put(stage.stage().index(), stage);
        }
    }

    /** {@code --materialize}: leaves the target's filesystem where the executor's was. */
    void materialize() throws IOException {
        roots.materialize(layers.images(built(plan.target()).layers()));
    }

    BuiltStage built(int index) {
        BuiltStage stage = built.get(index);
        if (stage == null) {
            throw new IllegalStateException("stage %d is not built yet".formatted(index));
        }
        return stage;
    }

    /** A filesystem for a stage's steps. */
    Rootfs openRoot(PlannedStage stage, List<StageLayer> below) throws IOException {
        boolean commands =
                stage.instructions().stream().anyMatch(planned -> planned.instruction() instanceof RunInstruction);
        return create(below, commands ? Use.COMMANDS : Use.NO_COMMANDS, stage.isWindows());
    }

    /**
     * Tries again as often as {@code --image-fs-extract-retry} says; what the machine doesn't allow stays so. A blob
     * that is damaged in the store, as after a crash of the machine, is fetched once more whatever the flag says.
     */
    private Rootfs create(List<StageLayer> below, Use use, boolean windows) throws IOException {
        List<ImageLayer> images = layers.images(below, windows);
        for (int attempt = 0; ; ) {
            try {
                return roots.create(images, windows ? writer.forWindows() : writer, use);
            } catch (IOException e) {
                if (ImageLayer.isRestored(e, images)) {
                    continue;
                }
                if (attempt >= request.retries().extractions() || e instanceof RootfsException) {
                    throw e;
                }
                attempt++;
                progress.warn("unpacking failed: %s; trying again".formatted(e.getMessage()));
            }
        }
    }

    WrittenLayer emptyLayer(PlannedStage stage) throws IOException {
        return (stage.isWindows() ? writer.forWindows() : writer).write(LayerContent.of(List.of()));
    }

    /** The context as COPY's source. */
    CopySource contextSource() {
        return new CopySource(
                context, "the context \"" + request.context() + "\"", FailureClass.CONTEXT, context::whyMissing);
    }

    synchronized ContextTree namedContext(Base.OfDirectory directory) throws BuildException {
        ContextTree known = namedContexts.get(directory.name());
        if (known == null) {
            known = open(directory);
            namedContexts.put(directory.name(), known);
        }
        return known;
    }

    private static ContextTree open(Base.OfDirectory directory) throws BuildException {
        try {
            return new ContextTree(Directory.open(directory.root()), NamedContexts.ignored(directory), ".dockerignore");
        } catch (IOException e) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "--build-context %s: \"%s\" can't be opened: %s"
                            .formatted(directory.name(), directory.root(), e.getMessage()),
                    e);
        }
    }

    /** Holds a tree open until the build is done: a layer is written after its step, and reads the files only then. */
    synchronized ContextTree keepOpen(ContextTree tree) {
        repositories.add(tree);
        return tree;
    }

    /** What a {@code COPY --from} copies from. */
    CopySource source(Base base, InstructionSource wantedBy) throws BuildException, IOException, InterruptedException {
        return switch (base) {
            case Base.OfDirectory directory -> {
                ContextTree tree = namedContext(directory);
                yield new CopySource(
                        tree, "the context \"%s\"".formatted(directory.name()), FailureClass.CONTEXT, tree::whyMissing);
            }
            case Base.OfRemote remote -> source(remoteSources.context(remote, wantedBy), wantedBy);
            case Base.OfStage stage ->
                CopySource.of(
                        tree(base, wantedBy),
                        "stage \"%s\""
                                .formatted(built(stage.index()).stage().stage().displayName()),
                        FailureClass.BUILD);
            case Base.OfImage image ->
                CopySource.of(tree(base, wantedBy), "image \"%s\"".formatted(image.name()), FailureClass.BUILD);
            case Base.Scratch scratch -> CopySource.of(tree(base, wantedBy), "scratch", FailureClass.BUILD);
        };
    }

    private FileTree tree(Base base, InstructionSource wantedBy) throws BuildException, IOException {
        if (base instanceof Base.OfStage stage && built(stage.index()).root().isPresent()) {
            return built(stage.index()).root().get().tree();
        }
        return open(base, Use.NO_COMMANDS, readable, wantedBy).tree();
    }

    /** A root filesystem that commands of other stages may see by a mount. */
    Rootfs mountable(Base base, InstructionSource wantedBy) throws BuildException, IOException {
        return open(base, Use.COMMANDS, mountable, wantedBy);
    }

    private synchronized Rootfs open(Base base, Use use, Map<Base, Rootfs> opened, InstructionSource wantedBy)
            throws BuildException, IOException {
        Rootfs known = opened.get(base);
        if (known == null) {
            known = create(layersOf(base, wantedBy), use, isWindows(base, wantedBy));
            opened.put(base, known);
        }
        return known;
    }

    private boolean isWindows(Base base, InstructionSource wantedBy) throws BuildException {
        return switch (base) {
            case Base.OfStage stage -> built(stage.index()).stage().isWindows();
            case Base.OfImage image ->
                images.resolve(image, plan.platform(), wantedBy)
                        .config()
                        .platform()
                        .os()
                        .equals("windows");
            case Base.Scratch scratch -> false;
            case Base.OfDirectory _, Base.OfRemote _ -> false;
        };
    }

    private List<StageLayer> layersOf(Base base, InstructionSource wantedBy) throws BuildException {
        return switch (base) {
            case Base.Scratch scratch -> List.of();
            case Base.OfDirectory _, Base.OfRemote _ -> List.of();
            case Base.OfStage stage -> built(stage.index()).layers();
            case Base.OfImage image ->
                images.resolve(image, plan.platform(), wantedBy).layers();
        };
    }

    /** Closes every filesystem and the contexts; the first failure is thrown, the others go with it. */
    @Override
    public void close() throws IOException {
        List<AutoCloseable> open = new ArrayList<>();
        built.values().forEach(stage -> stage.root().ifPresent(open::add));
        open.addAll(readable.values());
        open.addAll(mountable.values());
        open.addAll(namedContexts.values());
        open.addAll(repositories);
        open.add(context);
        Optional<IOException> failure = Optional.empty();
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (IOException e) {
                failure.ifPresent(e::addSuppressed);
                failure = Optional.of(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
