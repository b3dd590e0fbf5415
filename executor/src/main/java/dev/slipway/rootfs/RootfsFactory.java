package dev.slipway.rootfs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerWriter;
import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Excluded;
import dev.slipway.sandbox.MountSpace;
import dev.slipway.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the root filesystems of one build, of the kind that was asked for or that the kernel allows. Stages of one build
 * share extracted layers through it.
 */
public final class RootfsFactory implements AutoCloseable {
    private static final String ROOM = "rootfs";
    private static final String ALL_IDS = "0 0 4294967295";

    private final Place build;
    private final Directory store;
    private final BlobStore blobs;
    private final IsolationChoice choice;
    private final @Nullable MountSpace space;
    private final @Nullable Sandbox sandbox;
    private final ApplyMode mode;
    private final Collection<PathBytes> ignored;
    private final InPlaceOptions options;
    private final @Nullable InPlaceGround ground;
    private final AtomicInteger made = new AtomicInteger();

    private RootfsFactory(
            IsolationProbe.Outcome outcome,
            Directory store,
            BlobStore blobs,
            ApplyMode mode,
            Collection<PathBytes> ignored,
            InPlaceOptions options,
            Consumer<String> warnings)
            throws IOException {
        this.build = outcome.build();
        this.store = store;
        this.blobs = blobs;
        this.choice = outcome.choice();
        this.space = outcome.space();
        this.mode = mode;
        this.ignored = List.copyOf(ignored);
        this.options = options;
        try (Place scratch = build.make("commands", 0700)) {
            this.sandbox = space == null ? null : new Sandbox(space, scratch.path());
            this.ground = isInPlace()
                    ? InPlaceGround.open(markerRoom(build.path()), scratch.path(), options, warnings)
                    : null;
        }
    }

    /** Where builds have their directories: what outlives one is beside it. */
    private static Path markerRoom(Path build) {
        return Optional.ofNullable(build.toAbsolutePath().getParent())
                .map(Path::getParent)
                .orElseThrow();
    }

    /** What a stage's steps need. */
    public enum Use {
        /** No command is run: nothing is extracted, and any user may do it. */
        NO_COMMANDS,
        /** Commands are run, which needs the rights to mount. */
        COMMANDS
    }

    /** As the other one, never in place, and with everything entering layers. */
    public static RootfsFactory open(Path build, Path store, BlobStore blobs, Isolation isolation) throws IOException {
        return open(build, store, blobs, isolation, List.of());
    }

    /** As the other one, never in place. */
    public static RootfsFactory open(
            Path build, Path store, BlobStore blobs, Isolation isolation, Collection<PathBytes> ignored)
            throws IOException {
        return open(build, store, blobs, isolation, ignored, InPlaceOptions.NONE, warning -> {});
    }

    /**
     * Tries what the kernel allows. Nothing stays mounted, and nothing fails, before a stage with commands is asked for.
     *
     * @param build a directory of this build's own, locked and removed by the caller
     * @param store the content store that {@code blobs} is in; extracted layers go there, too
     * @param ignored paths that no command's layer holds ({@code --ignore-path}); what a COPY says it wrote enters
     * @param options what holds for building in place
     * @param warnings takes what somebody should know who builds in place
     */
    public static RootfsFactory open(
            Path build,
            Path store,
            BlobStore blobs,
            Isolation isolation,
            Collection<PathBytes> ignored,
            InPlaceOptions options,
            Consumer<String> warnings)
            throws IOException {
        requireNonNull(blobs, "blobs is null");
        ApplyMode mode = mode();
        try (Place parent = Place.open(build)) {
            parent.make(ROOM, 0700).close();
        }
        IsolationProbe.Outcome outcome = IsolationProbe.probe(isolation, build.resolve(ROOM), mode, options.terms());
        MountSpace space = outcome.space();
        Directory storeDirectory = space == null ? Directory.open(store) : space.call(() -> Directory.open(store));
        return new RootfsFactory(outcome, storeDirectory, blobs, mode, ignored, options, warnings);
    }

    /** How layers are extracted for overlay on this machine. */
    static ApplyMode mode() throws IOException {
        return isInUserNamespace() ? ApplyMode.OVERLAY_USER : ApplyMode.OVERLAY_TRUSTED;
    }

    /** In a user namespace the kernel takes overlayfs's marks only as {@code user.*} attributes. */
    private static boolean isInUserNamespace() throws IOException {
        try (Directory self = Directory.open(Path.of("/proc/self"));
                OpenFile map = self.openRead(PathBytes.of("uid_map"))) {
            String text = new String(map.in().readAllBytes(), US_ASCII);
            return !text.strip().replaceAll(" +", " ").equals(ALL_IDS);
        }
    }

    /** What commands get, with the line for the log. */
    public IsolationChoice choice() {
        return choice;
    }

    /**
     * A root filesystem that begins as these layers, lowest first. They may be another stage's.
     *
     * @param writer writes the layers that are committed
     * @throws RootfsException if commands are needed, and the machine allows none
     */
    public Rootfs create(List<ImageLayer> layers, LayerWriter writer, Use use) throws IOException {
        String name = "stage-" + made.getAndIncrement();
        Place place = build.make(name, 0700);
        try {
            return switch (use) {
                case NO_COMMANDS -> new LayeredRootfs(place, layers, blobs, writer);
                case COMMANDS -> withCommands(place, layers, writer);
            };
        } catch (IOException | RuntimeException e) {
            try (place) {
                place.directory().removeContents();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Whether stages with commands are built one after the other over the executor's own root. */
    public boolean isInPlace() {
        return choice.kind().filter(kind -> kind == Isolation.IN_PLACE).isPresent();
    }

    private Rootfs withCommands(Place place, List<ImageLayer> layers, LayerWriter writer) throws IOException {
        if (ground != null) {
            return InPlaceRootfs.create(place, layers, blobs, writer, ground, ignored);
        }
        Excluded excluded = Excluded.of(ignored);
        if (space == null || sandbox == null || choice.kind().isEmpty()) {
            throw new RootfsException(RootfsException.Kind.ENVIRONMENT, choice.explanation());
        }
        return switch (choice.kind().get()) {
            case OVERLAY ->
                OverlayRootfs.create(
                        place,
                        layers,
                        blobs,
                        writer,
                        sandbox,
                        space,
                        LayerDirectories.open(store, place, mode),
                        excluded);
            case DIRECTORY -> DirectoryRootfs.create(place, layers, blobs, writer, sandbox, excluded);
            case AUTO, IN_PLACE ->
                throw new IllegalStateException(
                        "no kind of its own: " + choice.kind().get());
        };
    }

    /** Kills the commands that run; for an executor that is told to end. */
    public void stop() throws IOException {
        if (sandbox != null) {
            sandbox.stop();
        }
        if (ground != null) {
            ground.stop();
        }
    }

    /** Whether the target's filesystem is to be left in the executor's root. */
    public boolean isMaterializing() {
        return options.materialize();
    }

    /** Leaves a filesystem of these layers in the executor's root, where stages are built there. */
    public void materialize(List<ImageLayer> layers) throws IOException {
        if (ground == null) {
            throw new RootfsException(
                    RootfsException.Kind.USAGE,
                    "--materialize leaves the target's filesystem in the executor's own root, which only --isolation=in-place does; "
                            + choice.explanation());
        }
        ground.lay(layers, new ContentIndex());
    }

    /** Ends what the build's root filesystems shared. Those must be closed before. */
    @Override
    public void close() throws IOException {
        try (build;
                store) {
            // First: what it puts back may be in the build's directory.
            try (InPlaceGround closed = ground) {
                if (space != null) {
                    space.close();
                }
            }
            build.directory().removeContents();
        }
    }
}
