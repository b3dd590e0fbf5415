package dev.slipway.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.image.MediaFamily;
import dev.slipway.layer.ApplyMode;
import dev.slipway.layer.BlobCompression;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerApplier;
import dev.slipway.layer.LayerContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerReader;
import dev.slipway.layer.LayerStream;
import dev.slipway.layer.LayerWriter;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.layer.TimePolicy;
import dev.slipway.layer.WrittenLayer;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Everything that a root filesystem needs around it, in a directory of a test. */
final class Workshop implements AutoCloseable {
    static final Instant TIME = Instant.ofEpochSecond(1_600_000_000, 123_456_789);

    private final Path room;
    private final Directory storeDirectory;
    private final BlobStore blobs;
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final List<RootfsFactory> factories = new ArrayList<>();
    private int made;

    Workshop(Path room) throws IOException {
        this.room = room;
        storeDirectory = Directory.open(Files.createDirectories(room.resolve("store")));
        blobs = BlobStore.open(storeDirectory);
    }

    BlobStore blobs() {
        return blobs;
    }

    Path store() {
        return room.resolve("store");
    }

    LayerWriter writer(TimePolicy times) {
        return new LayerWriter(blobs, new BlobCompression.Gzip(1), MediaFamily.OCI, times, workers, 2);
    }

    /** Writes layers as {@code --reproducible} does. */
    LayerWriter reproducible() {
        return writer(new TimePolicy.Fixed(Instant.EPOCH));
    }

    LayerWriter exact() {
        return writer(new TimePolicy.Keep());
    }

    RootfsFactory factory(Isolation isolation, PathBytes... ignored) throws IOException {
        RootfsFactory factory = RootfsFactory.open(newDirectory(), store(), blobs, isolation, List.of(ignored));
        factories.add(factory);
        return factory;
    }

    Path newDirectory() throws IOException {
        return Files.createDirectory(room.resolve("build-" + made++));
    }

    Rootfs open(Isolation isolation, List<ImageLayer> base, LayerWriter writer) throws IOException {
        return factory(isolation).create(base, writer, RootfsFactory.Use.COMMANDS);
    }

    ImageLayer layer(List<? extends LayerEntry> entries) throws IOException {
        WrittenLayer written = exact().write(LayerContent.of(
                entries.stream().sorted((a, b) -> a.path().compareTo(b.path())).toList()));
        return ImageLayer.of(written, blobs);
    }

    /** A base of BusyBox and a few files to change. */
    ImageLayer busybox(LayerEntry... more) throws IOException {
        List<LayerEntry> entries = new ArrayList<>();
        for (String directory :
                List.of("bin", "etc", "tmp", "data", "data/deep", "data/deep/er", "proc", "sys", "dev")) {
            entries.add(directory(directory, directory.equals("tmp") ? 01777 : 0755));
        }
        entries.add(new LayerEntry.File(
                PathBytes.of("bin/busybox"),
                attributes(0755),
                Files.size(Path.of("/bin/busybox")),
                FileContent.of(Files.readAllBytes(Path.of("/bin/busybox")))));
        for (String applet : List.of(
                "cat chgrp chmod chown cp dd echo false find ln ls mkdir mkfifo mknod mv rm rmdir sed seq sh sleep stat tar touch true"
                        .split(" "))) {
            entries.add(
                    new LayerEntry.Symlink(PathBytes.of("bin/" + applet), attributes(0777), "busybox".getBytes(UTF_8)));
        }
        entries.add(file("etc/passwd", 0644, "root:x:0:0::/:/bin/sh\n"));
        for (String name : List.of("hosts", "hostname", "resolv.conf")) {
            entries.add(file("etc/" + name, 0644, ""));
        }
        for (String name : List.of("a", "b", "deep/c", "deep/er/d")) {
            entries.add(file("data/" + name, 0644, "content of " + name + "\n"));
        }
        entries.addAll(Arrays.asList(more));
        return layer(entries);
    }

    static LayerEntry.Directory directory(String path, int permissions) {
        return new LayerEntry.Directory(PathBytes.of(path), attributes(permissions));
    }

    static LayerEntry.File file(String path, int permissions, String content) {
        byte[] bytes = content.getBytes(UTF_8);
        return new LayerEntry.File(PathBytes.of(path), attributes(permissions), bytes.length, FileContent.of(bytes));
    }

    static EntryAttributes attributes(int permissions) {
        return new EntryAttributes(permissions, 0, 0, TIME, Xattrs.NONE);
    }

    static Attributes owned(int permissions, int uid, int gid) {
        return new Attributes(permissions, uid, gid, TIME.getEpochSecond(), TIME.getNano(), Optional.empty());
    }

    /** Runs a script and gives what it wrote. */
    static List<String> shell(Rootfs rootfs, String script) throws IOException {
        List<String> output = new ArrayList<>();
        ExitStatus status = rootfs.run(
                Command.of(List.of("/bin/sh", "-ec", script), Map.of("PATH", "/bin")),
                (stream, line) -> output.add(line));
        if (status.asShell() != 0) {
            throw new AssertionError(status + " of: " + script + "\n" + output);
        }
        return output;
    }

    /** The entries of a layer, one line each, without times. */
    List<String> entries(Optional<PendingLayer> layer) throws IOException {
        return layer.isEmpty() ? List.of() : entries(ImageLayer.of(layer.get().await(), blobs));
    }

    List<String> entries(ImageLayer layer) throws IOException {
        List<String> lines = new ArrayList<>();
        try (InputStream in = layer.source().open();
                LayerStream stream = LayerStream.open(in, layer.descriptor(), Optional.of(layer.diffId()))) {
            LayerReader reader = new LayerReader(stream);
            for (Optional<LayerEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
                lines.add(line(next.get()));
            }
            stream.verify();
        }
        return lines;
    }

    private static String line(LayerEntry entry) {
        String kind = entry.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return switch (entry) {
            case LayerEntry.HardLink link -> kind + " " + link.path() + " = " + link.target();
            case LayerEntry.Symlink link -> kind + " " + link.path() + " -> " + PathBytes.of(link.target());
            case LayerEntry.Addition addition ->
                "%s %s %o %d:%d%s"
                        .formatted(
                                kind,
                                addition.path(),
                                addition.attributes().permissions(),
                                addition.attributes().uid(),
                                addition.attributes().gid(),
                                addition.attributes().xattrs().isEmpty()
                                        ? ""
                                        : " " + addition.attributes().xattrs().names());
            case LayerEntry.Whiteout whiteout -> kind + " " + whiteout.path();
            case LayerEntry.Opaque opaque -> kind + " " + opaque.path();
        };
    }

    /** Applies layers to an empty directory, as another tool would, and tells what is there. */
    Map<String, String> applied(List<ImageLayer> layers) throws IOException {
        Path path = newDirectory();
        try (Directory root = Directory.open(path)) {
            LayerApplier applier = new LayerApplier(root, ApplyMode.PLAIN);
            for (ImageLayer layer : layers) {
                try (InputStream in = layer.source().open()) {
                    applier.apply(in, layer.descriptor(), layer.diffId());
                }
            }
            return listing(DirectoryTree.of(root), root);
        }
    }

    /** Every path with what a layer says of it but its time; files that are one share a number. */
    static Map<String, String> listing(FileTree tree, Directory root) throws IOException {
        Map<String, String> lines = new TreeMap<>();
        list(tree, root, PathBytes.EMPTY, lines, new HashMap<>());
        return lines;
    }

    private static void list(
            FileTree tree, Directory root, PathBytes path, Map<String, String> lines, Map<Long, String> inodes)
            throws IOException {
        for (PathBytes name : tree.list(path).stream().sorted().toList()) {
            PathBytes child = path.resolve(name);
            FileStatus status = tree.status(child).orElseThrow();
            String line = "%s %o %d:%d".formatted(status.type(), status.permissions(), status.uid(), status.gid());
            if (status.isRegular()) {
                try (OpenFile file = root.openRead(child)) {
                    line += " " + Arrays.hashCode(file.in().readAllBytes());
                }
            } else if (status.isSymlink()) {
                line += " -> " + PathBytes.of(tree.readLink(child));
            } else if (status.type().isDevice()) {
                line += " " + status.rdevMajor() + ":" + status.rdevMinor();
            }
            line += " " + LayerXattrs.read(root.xattrs(child));
            if (!status.isDirectory() && status.links() > 1) {
                line += " = " + inodes.computeIfAbsent(status.inode(), inode -> child.toString());
            }
            lines.put(child.toString(), line);
            if (status.isDirectory()) {
                list(tree, root, child, lines, inodes);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (RootfsFactory factory : factories) {
            factory.close();
        }
        workers.shutdown();
        blobs.close();
        storeDirectory.close();
    }
}
