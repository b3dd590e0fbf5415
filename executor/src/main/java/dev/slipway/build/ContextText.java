package dev.slipway.build;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Dockerfiles and their like, as a context holds them. Whoever wrote the context may have put a link in their place:
 * it is followed inside the context only, as their text is shown where it can't be understood.
 */
final class ContextText {

    private ContextText() {}

    /** What is in a regular file, if it is one; a file beside the context is the user's own, wherever it leads. */
    static Optional<byte[]> read(Path context, Path file) throws IOException {
        Path place = file.normalize();
        if (!place.startsWith(context)) {
            return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        }
        PathBytes within = PathBytes.of(context.relativize(place).toString());
        try (Directory root = Directory.open(context);
                OpenFile open = root.openReadFollowing(within)) {
            return open.status().type() == FileType.REGULAR
                    ? Optional.of(open.in().readAllBytes())
                    : Optional.empty();
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ENXIO)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
