package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerApplier;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.sandbox.Capability;
import dev.slipway.sandbox.InPlaceSandbox;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The executor's own root while stages are built over it, one after the other: what of it is kept, and whose the rest is
 * (DESIGN 3.1). A marker in the work directory says that the rest is a build's, so that a build that was killed needs no
 * leave from the next one.
 */
final class InPlaceGround implements AutoCloseable {
    private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");
    private static final int STRANGERS_SHOWN = 4;
    private static final PathBytes MARKER = PathBytes.of("root-is-of-a-build");
    /** Beside the builds: the paths that earlier ones in this container kept, as an output of theirs is not ours to remove. */
    private static final String EARLIER = "kept-in-place";
    /** Whatever is mounted: never touched, and in no layer. */
    private static final List<String> ALWAYS = List.of("proc", "sys", "dev");
    /** What run-times lay into a container, as mounts or as files. */
    private static final List<String> INJECTED =
            List.of("etc/resolv.conf", "etc/hosts", ".dockerenv", "run/.containerenv");

    private final Directory root;
    private final KeptPaths kept;
    private final InPlaceSandbox sandbox;
    private final Path room;
    private final InPlaceOptions options;
    private final SavedRoot saved;
    private final List<PathBytes> hidden;
    private @Nullable OpenFile marker;

    private InPlaceGround(
            Directory root,
            KeptPaths kept,
            InPlaceSandbox sandbox,
            Path room,
            InPlaceOptions options,
            SavedRoot saved,
            List<PathBytes> hidden) {
        this.root = root;
        this.kept = kept;
        this.sandbox = sandbox;
        this.room = room;
        this.options = options;
        this.saved = saved;
        this.hidden = List.copyOf(hidden);
    }

    /**
     * Looks at what is there, and changes nothing yet.
     *
     * @param room a directory of ours that outlives the build, for the marker
     * @param scratch a directory of the build's own
     */
    static InPlaceGround open(Path room, Path scratch, InPlaceOptions options, Consumer<String> warnings)
            throws IOException {
        Directory root = Directory.open(Path.of("/"));
        try {
            KeptPaths kept = new KeptPaths(root, keptPaths(root, options, room), warnings);
            warnOfMissingCapabilities(warnings);
            return new InPlaceGround(
                    root,
                    kept,
                    new InPlaceSandbox(root, scratch),
                    room,
                    options,
                    new SavedRoot(root, kept, scratch.resolve("saved")),
                    hideable(options.credentials(), warnings));
        } catch (IOException | RuntimeException e) {
            root.close();
            throw e;
        }
    }

    private static Set<PathBytes> keptPaths(Directory root, InPlaceOptions options, Path room) throws IOException {
        Set<PathBytes> kept = new TreeSet<>(MountTable.places(MOUNT_TABLE));
        ALWAYS.forEach(path -> kept.add(PathBytes.of(path)));
        for (String path : INJECTED) {
            if (root.statusIfPresent(PathBytes.of(path))
                    .filter(FileStatus::isRegular)
                    .isPresent()) {
                kept.add(PathBytes.of(path));
            }
        }
        List<Path> named = new ArrayList<>(options.kept());
        named.addAll(options.credentials());
        named.addAll(keptEarlier(room));
        for (Path path : named) {
            for (Path each : spellings(path)) {
                if (each.getNameCount() == 0) {
                    throw new RootfsException(
                            RootfsException.Kind.USAGE,
                            "building in place can't keep / itself: the context, an output or a directory of ours is there; name one below it");
                }
                kept.add(PathBytes.of(each.toString()));
            }
        }
        return kept;
    }

    private static List<Path> keptEarlier(Path room) throws IOException {
        Path file = room.resolveSibling(EARLIER);
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .map(Path::of)
                        .filter(Files::exists)
                        .toList()
                : List.of();
    }

    private void remember() throws IOException {
        Set<String> paths = new TreeSet<>();
        keptEarlier(room).forEach(path -> paths.add(path.toString()));
        options.kept()
                .forEach(path -> paths.add(path.toAbsolutePath().normalize().toString()));
        Files.write(room.resolveSibling(EARLIER), paths);
    }

    /** As it is written and, where a link is on the way, where it lies. */
    private static List<Path> spellings(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        return Files.exists(absolute) ? List.of(absolute, absolute.toRealPath()) : List.of(absolute);
    }

    private static void warnOfMissingCapabilities(Consumer<String> warnings) {
        String missing = Capability.NEEDED_IN_PLACE.stream()
                .filter(capability -> !capability.isHeld())
                .map(capability -> "%s (%s)".formatted(capability.fullName(), capability.consequence()))
                .collect(Collectors.joining("; "));
        if (!missing.isEmpty()) {
            warnings.accept("this container lacks capabilities that steps may need: " + missing
                    + "; add them in securityContext.capabilities.add");
        }
    }

    /** What is mounted can't be taken away, so whoever mounted it is told who can read it. */
    private static List<PathBytes> hideable(List<Path> credentials, Consumer<String> warnings) throws IOException {
        List<PathBytes> mounts = MountTable.places(MOUNT_TABLE);
        List<PathBytes> hideable = new ArrayList<>();
        for (Path file : credentials) {
            PathBytes path = PathBytes.of(file.toRealPath().toString());
            if (mounts.stream().anyMatch(path::startsWith)) {
                warnings.accept(
                        "commands that run as root can read the credentials in \"%s\", which are mounted: build only Dockerfiles that you trust with them"
                                .formatted(file));
            } else {
                hideable.add(path);
            }
        }
        return hideable;
    }

    /** Takes credentials out of a command's reach until the result is closed. */
    HiddenFiles hideCredentials() throws IOException {
        return HiddenFiles.hide(root, hidden.stream().map(kept::placeOf).toList());
    }

    Directory root() {
        return root;
    }

    KeptPaths kept() {
        return kept;
    }

    InPlaceSandbox sandbox() {
        return sandbox;
    }

    Collection<PathBytes> keptAnd(Collection<PathBytes> ignored) {
        List<PathBytes> all = new ArrayList<>(kept.paths());
        all.addAll(ignored);
        return all;
    }

    /**
     * Removes everything but what is kept.
     *
     * @throws RootfsException if that would remove files that neither a build nor our own image brought
     */
    void empty() throws IOException {
        if (marker == null) {
            marker = take();
        }
        kept.removeAround(PathBytes.EMPTY);
        kept.emptied();
        root.setOwner(PathBytes.EMPTY, 0, 0);
        root.setPermissions(PathBytes.EMPTY, 0755);
    }

    /** Lays layers down on nothing, lowest first; the index learns what they hold. */
    void lay(List<ImageLayer> layers, ContentIndex index) throws IOException {
        empty();
        LayerApplier applier = new LayerApplier(root, ApplyMode.PLAIN, index, kept);
        for (ImageLayer layer : layers) {
            try (InputStream blob = layer.source().open()) {
                applier.apply(blob, layer.descriptor(), layer.diffId());
            }
        }
    }

    /** Makes sure that nobody else builds here, and that nothing is lost that somebody may want. */
    private OpenFile take() throws IOException {
        try (Directory directory = Directory.open(room)) {
            boolean leftOver = directory.statusIfPresent(MARKER).isPresent();
            if (!leftOver) {
                requireNoStrangers();
            }
            OpenFile lock = directory.openLockFile(MARKER);
            if (!lock.tryLock(false)) {
                lock.close();
                throw new RootfsException(
                        RootfsException.Kind.ENVIRONMENT,
                        "another build is using this container's root filesystem: one at a time can build in place");
            }
            loadWhatIsNeededLater();
            remember();
            if (options.preserve() && !leftOver) {
                saved.save();
            }
            return lock;
        }
    }

    private void requireNoStrangers() throws IOException {
        List<PathBytes> strangers = kept.strangers(STRANGERS_SHOWN);
        if (!strangers.isEmpty() && !options.preCleanup() && !options.preserve()) {
            throw new RootfsException(
                    RootfsException.Kind.USAGE,
                    "building in place would remove the files of the image that the executor was copied into (%s, ...): give --pre-cleanup if that is meant, or --preserve-context to have them put back at the end"
                            .formatted(strangers.stream()
                                    .map(path -> "\"/" + path + "\"")
                                    .collect(Collectors.joining(", "))));
        }
    }

    /** What the run-time would look for in a root that is another one by then: names of hosts, and the time zone. */
    private static void loadWhatIsNeededLater() {
        InetAddress.getLoopbackAddress().getCanonicalHostName();
        TimeZone.getDefault();
    }

    /** Leaves the root empty, or as it was before, or as the target's filesystem. */
    @Override
    public void close() throws IOException {
        try (root;
                OpenFile held = marker) {
            if (held == null || options.materialize()) {
                return;
            }
            empty();
            if (options.preserve()) {
                saved.restore();
            }
            try (Directory directory = Directory.open(room)) {
                directory.unlink(MARKER);
            }
        }
    }

    /** Kills the command that runs. */
    void stop() throws IOException {
        sandbox.stop();
    }
}
