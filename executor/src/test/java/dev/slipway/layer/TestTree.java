package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaTypes;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A directory that layers are applied to, and the layers, made entry by entry as a hostile tool might. */
final class TestTree implements AutoCloseable {
    static final Instant TIME = Instant.ofEpochSecond(1_600_000_000, 987_654_321);

    private final Directory root;

    TestTree(Path path) throws IOException {
        root = Directory.open(path);
    }

    Directory root() {
        return root;
    }

    AppliedLayer apply(byte[] tar, ApplyMode mode) throws IOException {
        return apply(tar, tar, mode, ChecksumListener.NONE);
    }

    AppliedLayer apply(byte[] tar, byte[] blob, ApplyMode mode, ChecksumListener listener) throws IOException {
        return new LayerApplier(root, mode, listener)
                .apply(new ByteArrayInputStream(blob), descriptor(blob), diffId(tar));
    }

    static Descriptor descriptor(byte[] blob) {
        return Descriptor.of(MediaTypes.OCI_LAYER_GZIP, blob);
    }

    static DiffId diffId(byte[] tar) {
        return new DiffId(Digest.of(tar));
    }

    String content(String path) throws IOException {
        try (OpenFile file = root.openRead(PathBytes.of(path))) {
            InputStream in = file.in();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    FileStatus status(String path) throws IOException {
        return root.status(PathBytes.of(path));
    }

    boolean exists(String path) throws IOException {
        return root.statusIfPresent(PathBytes.of(path)).isPresent();
    }

    /** Every path with all that a layer says of it, as one line each. */
    Map<String, String> listing() throws IOException {
        Map<String, String> lines = new TreeMap<>();
        list(root, PathBytes.EMPTY, lines);
        return lines;
    }

    private void list(Directory directory, PathBytes path, Map<String, String> lines) throws IOException {
        for (Directory.Entry entry : directory.list()) {
            PathBytes below = path.resolve(entry.name());
            FileStatus status = directory.status(entry.name());
            String line = "%s %o %d:%d %d.%09d"
                    .formatted(
                            status.type(),
                            status.permissions(),
                            status.uid(),
                            status.gid(),
                            status.mtimeSeconds(),
                            status.mtimeNanos());
            line += LayerXattrs.read(directory.xattrs(entry.name()));
            if (status.isRegular()) {
                try (OpenFile file = directory.openRead(entry.name())) {
                    line += " " + Digest.of(file.in().readAllBytes()) + " " + status.links();
                }
            } else if (status.isSymlink()) {
                line += " -> " + PathBytes.of(directory.readLink(entry.name()));
            } else if (status.type().isDevice()) {
                line += " " + status.rdevMajor() + ":" + status.rdevMinor();
            }
            lines.put(below.toString(), line);
            if (status.isDirectory()) {
                try (Directory child = directory.openDirectoryNoFollow(entry.name())) {
                    list(child, below, lines);
                }
            }
        }
    }

    void assertType(String path, FileType type) throws IOException {
        assertThat(status(path).type()).as(path).isEqualTo(type);
    }

    @Override
    public void close() {
        root.close();
    }

    static EntryAttributes attributes(int permissions) {
        return new EntryAttributes(permissions, 0, 0, TIME, Xattrs.NONE);
    }

    /** Writes a tar; nothing about the entries is checked. */
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarWriter writer = new TarWriter(bytes);

        Tar file(String name, String content) throws IOException {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            return add(TarType.FILE, name, data, entry -> entry.permissions(0644));
        }

        Tar directory(String name) throws IOException {
            return add(TarType.DIRECTORY, name, new byte[0], entry -> entry.permissions(0755));
        }

        Tar symlink(String name, String target) throws IOException {
            return add(
                    TarType.SYMLINK,
                    name,
                    new byte[0],
                    entry -> entry.permissions(0777).linkName(target.getBytes(StandardCharsets.UTF_8)));
        }

        Tar hardLink(String name, String target) throws IOException {
            return add(
                    TarType.HARD_LINK,
                    name,
                    new byte[0],
                    entry -> entry.permissions(0644).linkName(target.getBytes(StandardCharsets.UTF_8)));
        }

        Tar add(TarType type, String name, byte[] content, UnaryOperator<TarEntry.Builder> more) throws IOException {
            writer.begin(more.apply(TarEntry.of(type, name.getBytes(StandardCharsets.UTF_8))
                            .modified(TIME)
                            .sizeBytes(content.length))
                    .build());
            writer.write(content, 0, content.length);
            return this;
        }

        byte[] bytes() throws IOException {
            writer.finish();
            return bytes.toByteArray();
        }
    }
}
