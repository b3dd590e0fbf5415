package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.FileTree;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A tree of one file at its root, owned by root: a heredoc, or what ADD downloaded. */
public final class SingleFileTree implements FileTree {
    private static final int ROOT_PERMISSIONS = 0755;

    private final PathBytes name;
    private final FileStatus status;
    private final Content content;

    public SingleFileTree(PathBytes name, int permissions, Instant modified, long sizeBytes, Content content) {
        this.name = name;
        this.status = status(FileType.REGULAR, permissions, modified, sizeBytes);
        this.content = content;
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) {
        if (path.isEmpty()) {
            return Optional.of(status(FileType.DIRECTORY, ROOT_PERMISSIONS, Instant.EPOCH, 0));
        }
        return path.equals(name) ? Optional.of(status) : Optional.empty();
    }

    @Override
    public List<PathBytes> list(PathBytes directory) {
        return List.of(name);
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        return content.open();
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        throw new FileNotFoundException("\"%s\" is no link".formatted(link));
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) {
        return Optional.empty();
    }

    private static FileStatus status(FileType type, int permissions, Instant modified, long sizeBytes) {
        return new FileStatus(
                type,
                permissions,
                0,
                0,
                sizeBytes,
                modified.getEpochSecond(),
                modified.getNano(),
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                0,
                0);
    }

    /** Opens the file's bytes; may be called more than once. */
    @FunctionalInterface
    public interface Content {
        InputStream open() throws IOException;
    }
}
