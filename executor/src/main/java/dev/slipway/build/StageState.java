package dev.slipway.build;

import dev.slipway.dockerfile.Expander;
import dev.slipway.image.ContainerConfig;
import dev.slipway.image.DiffId;
import dev.slipway.image.HistoryEntry;
import dev.slipway.image.ImageConfig;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.rootfs.CommitScope;
import dev.slipway.rootfs.MutableTree;
import dev.slipway.rootfs.Rootfs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** A stage while its instructions run: what they have made of its config, its variables and its filesystem so far. */
final class StageState {
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final String DEFAULT_WINDOWS_PATH = "c:\\Windows\\System32;c:\\Windows";
    private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");

    private final PlannedStage stage;
    private final BuildSession session;
    private final List<StageLayer> layers;
    private final boolean startsEmpty;
    private ImageConfig config;
    private Scope scope;
    private boolean cmdSet;
    private boolean committed;
    private Optional<Rootfs> root = Optional.empty();
    private OptionalLong lastLayerBytes = OptionalLong.empty();

    private StageState(
            PlannedStage stage, BuildSession session, ImageConfig config, Scope scope, List<StageLayer> layers) {
        this.stage = stage;
        this.session = session;
        this.config = config;
        this.scope = scope;
        this.layers = new ArrayList<>(layers);
        this.startsEmpty = layers.isEmpty();
    }

    /** A stage on top of nothing, of an image, of another stage or of a directory. */
    static StageState begin(PlannedStage stage, BuildSession session) throws BuildException, InterruptedException {
        return switch (stage.base()) {
            case Base.Scratch scratch -> begin(stage, session, session.scratchConfig(), List.of());
            case Base.OfDirectory _, Base.OfRemote _ ->
                // In the place of a stage a directory has no config at all, in that of an image an empty one.
                stage.replaced()
                        ? new StageState(stage, session, ImageConfig.scratch(stage.platform()), Scope.EMPTY, List.of())
                        : begin(stage, session, session.scratchConfig(), List.of());
            case Base.OfImage named -> {
                BaseImage image = stage.image().orElseThrow();
                yield begin(stage, session, image.config(), image.layers());
            }
            case Base.OfStage below -> {
                BuiltStage built = session.built(below.index());
                ContainerConfig container =
                        built.config().container().change().onBuild(List.of()).build();
                ContainerConfig complete = withPath(container, stage);
                Scope scope = built.scope();
                if (!scope.variables().containsKey("PATH")) {
                    scope = scope.with("PATH", complete.variable("PATH").orElse(DEFAULT_PATH));
                }
                yield new StageState(stage, session, built.config().withContainer(complete), scope, built.layers());
            }
        };
    }

    private static StageState begin(
            PlannedStage stage, BuildSession session, ImageConfig base, List<StageLayer> layers) {
        ContainerConfig changed =
                withPath(base.container().change().onBuild(List.of()).build(), stage);
        Scope scope = Scope.EMPTY;
        for (String entry : changed.env()) {
            int equals = entry.indexOf('=');
            scope = equals < 0
                    ? scope.with(entry, "")
                    : scope.with(entry.substring(0, equals), entry.substring(equals + 1));
        }
        return new StageState(stage, session, base.withContainer(changed), scope, layers);
    }

    private static ContainerConfig withPath(ContainerConfig container, PlannedStage stage) {
        return container.variable("PATH").isPresent()
                ? container
                : container
                        .change()
                        .variable("PATH", stage.isWindows() ? DEFAULT_WINDOWS_PATH : DEFAULT_PATH)
                        .build();
    }

    PlannedStage stage() {
        return stage;
    }

    BuildSession session() {
        return session;
    }

    ImageConfig config() {
        return config;
    }

    ContainerConfig container() {
        return config.container();
    }

    Scope scope() {
        return scope;
    }

    void scope(Scope changed) {
        scope = changed;
    }

    Expander expander() {
        return scope.expander(session.plan().dockerfile().escape());
    }

    boolean cmdSet() {
        return cmdSet;
    }

    void markCmdSet() {
        cmdSet = true;
    }

    /** Whether nothing has been put onto {@code scratch} yet, so that no name of an owner can be known. */
    boolean isBare() {
        return startsEmpty && !committed;
    }

    /** The command line for a shell form. */
    List<String> shell(String text) {
        List<String> shell = new ArrayList<>(
                container().shell().isEmpty() ? DEFAULT_SHELL : container().shell());
        shell.add(text);
        return shell;
    }

    /** The working directory, absolute. */
    String workingDirectory() {
        String written = container().workingDir();
        String directory = stage.isWindows() ? withoutDrive(written) : written;
        return directory.startsWith("/") ? directory : "/" + directory;
    }

    /** A path of the Dockerfile, absolute; a trailing slash or dot stays. */
    String absolute(String written) {
        String path = stage.isWindows() ? withoutDrive(written) : written;
        if (path.startsWith("/")) {
            return path;
        }
        String directory = workingDirectory();
        return (directory.endsWith("/") ? directory : directory + "/") + path;
    }

    /** {@code C:\app} as {@code /app}: there is one drive in a container, and its paths are ours inside a layer. */
    static String withoutDrive(String path) {
        return path.replaceFirst("^[A-Za-z]:", "").replace('\\', '/');
    }

    void change(UnaryOperator<ContainerConfig.Builder> change) {
        config = config.withContainer(change.apply(config.container().change()).build());
    }

    void author(String name) {
        config = config.withAuthor(name);
    }

    /** Notes an instruction that makes no layer. */
    void note(String createdBy) {
        config = config.plus(HistoryEntry.of(session.stepTime(), createdBy, true));
    }

    Rootfs root() throws IOException {
        if (root.isEmpty()) {
            root = Optional.of(session.openRoot(stage, layers));
        }
        return root.get();
    }

    MutableTree tree() throws IOException {
        return root().tree();
    }

    /** Makes a layer of what a step changed, and notes the instruction. */
    void commit(CommitScope scope, String createdBy) throws IOException {
        committed = true;
        if (session.isSingleSnapshot(stage)) {
            note(createdBy);
            return;
        }
        add(written(scope), createdBy);
    }

    /** Under {@code --single-snapshot}: one layer of all that was done. */
    void commitAll() throws IOException {
        if (root.isPresent() && session.isSingleSnapshot(stage)) {
            add(written(CommitScope.EVERYTHING), "--single-snapshot");
        }
    }

    /** The size of the layer that the last step made. */
    OptionalLong takeLayerBytes() {
        OptionalLong bytes = lastLayerBytes;
        lastLayerBytes = OptionalLong.empty();
        return bytes;
    }

    BuiltStage finish() throws IOException {
        commitAll();
        return new BuiltStage(stage, config, scope, layers, root);
    }

    /** Lets go of the filesystem of a stage that failed. */
    void abandon() throws IOException {
        if (root.isPresent()) {
            root.get().close();
        }
    }

    private WrittenLayer written(CommitScope scope) throws IOException {
        var pending = root().commit(scope);
        return pending.isPresent() ? pending.get().await() : session.emptyLayer(stage);
    }

    private void add(WrittenLayer layer, String createdBy) {
        DiffId diffId = layer.diffId();
        layers.add(new StageLayer(layer.descriptor(), diffId, new LayerOrigin.ThisBuild()));
        config = config.plus(diffId, HistoryEntry.of(session.stepTime(), createdBy, false));
        lastLayerBytes = OptionalLong.of(layer.descriptor().sizeBytes());
    }
}
