package dev.slipway.rootfs;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * One filesystem tree seen from its root: a stage's, an image's or a context's. Paths are relative to the root, which is
 * {@link PathBytes#EMPTY}; nothing leads out of it. The last component is never followed; who wants links followed
 * resolves them step by step.
 */
public interface FileTree {

    /** What is there, a link itself and not what it points to; nothing where a parent is missing or no directory. */
    Optional<FileStatus> status(PathBytes path) throws IOException;

    /** The names in a directory, in any order. */
    List<PathBytes> list(PathBytes directory) throws IOException;

    InputStream openRead(PathBytes file) throws IOException;

    /** The target of a symbolic link, byte by byte. */
    byte[] readLink(PathBytes link) throws IOException;

    /** The value of {@code security.capability}, the only extended attribute that COPY takes along. */
    Optional<byte[]> capability(PathBytes file) throws IOException;
}
