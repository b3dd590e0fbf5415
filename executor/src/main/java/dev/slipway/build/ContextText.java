package dev.slipway.build;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Dockerfiles and their like, as a context holds them. Whoever wrote the context may have put a link in their place:
 * it is followed inside the context only, as their text is shown where it can't be understood.
 */
final class ContextText {
    /** More than any file of this kind that a person, or a generator, writes. */
    private static final int MOST_BYTES = 32 << 20;

    private ContextText() {}

    /** What is in a regular file, if it is one; a file beside the context is the user's own, wherever it leads. */
    static Optional<byte[]> read(Path context, Path file) throws IOException {
        Path base = context.normalize();
        Path place = file.normalize();
        if (!place.startsWith(base)) {
            return Files.isRegularFile(file) ? Optional.of(own(file)) : Optional.empty();
        }
        PathBytes within = PathBytes.of(base.relativize(place).toString());
        try (Directory root = Directory.open(base);
                OpenFile open = root.openReadFollowing(within)) {
            return open.status().type() == FileType.REGULAR ? Optional.of(bounded(open.in())) : Optional.empty();
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ENXIO)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static byte[] own(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return bounded(in);
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] text = in.readNBytes(MOST_BYTES + 1);
        if (text.length > MOST_BYTES) {
            throw new IOException("it has more than %d bytes, which is no text of this kind".formatted(MOST_BYTES));
        }
        return text;
    }
}
