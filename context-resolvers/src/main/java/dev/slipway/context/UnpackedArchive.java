package dev.slipway.context;

import dev.slipway.archive.ArchiveExtractor;
import dev.slipway.archive.ArchiveExtractor.Extracted;
import dev.slipway.archive.ArchiveLimits;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes a context out of an archive while it streams in: what every resolver does whose source is one object. On any
 * failure nothing of it stays.
 */
public final class UnpackedArchive {

    private UnpackedArchive() {}

    /**
     * Unpacks {@code archive}, which is closed, into the scratch directory.
     *
     * @param origin the URI without credentials
     * @throws ContextException if the archive is damaged, hostile or too large, or the stream fails
     * @throws InterruptedException if the build is cancelled while the stream waits
     */
    public static BuildContext unpack(
            InputStream archive, String origin, Optional<String> revision, ContextOptions options)
            throws ContextException, InterruptedException {
        Path scratch = options.scratch();
        try (archive) {
            Files.createDirectories(scratch);
            try (Directory destination = Directory.open(scratch)) {
                Extracted extracted = ArchiveExtractor.extract(archive, destination, limits(options));
                return new BuildContext(
                        scratch,
                        origin,
                        revision,
                        OptionalLong.of(extracted.fileBytes()),
                        () -> remove(scratch, origin));
            }
        } catch (IOException e) {
            ContextException failure = failure(e, origin, scratch);
            try {
                remove(scratch, origin);
            } catch (ContextException notRemoved) {
                failure.addSuppressed(notRemoved);
            }
            if (e instanceof InterruptedIOException && Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("cancelled").initCause(failure);
            }
            throw failure;
        }
    }

    private static ArchiveLimits limits(ContextOptions options) {
        OptionalLong limit = options.sizeLimitBytes();
        return limit.isPresent() ? ArchiveLimits.DEFAULT.withLargestBytes(limit.getAsLong()) : ArchiveLimits.DEFAULT;
    }

    private static ContextException failure(IOException cause, String origin, Path scratch) {
        if (isOutOfSpace(cause)) {
            return new ContextException(
                    ContextException.Kind.ENVIRONMENT,
                    "context \"%s\" does not fit into \"%s\"%s: make room, or choose another directory with --slipway-dir"
                            .formatted(origin, scratch, free(scratch)),
                    cause);
        }
        return new ContextException("context \"%s\": %s".formatted(origin, cause.getMessage()), cause);
    }

    private static boolean isOutOfSpace(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof PosixException failed && (failed.is(Errno.ENOSPC) || failed.is(Errno.EDQUOT))) {
                return true;
            }
        }
        return false;
    }

    private static String free(Path scratch) {
        try {
            return " (%,d bytes free)".formatted(Files.getFileStore(scratch).getUsableSpace());
        } catch (IOException e) {
            return ""; // the message is about the lack of space, and says so without the figure
        }
    }

    private static void remove(Path scratch, String origin) throws ContextException {
        try {
            if (Files.exists(scratch)) {
                try (Directory directory = Directory.open(scratch)) {
                    directory.removeContents();
                }
                Files.delete(scratch);
            }
        } catch (IOException e) {
            throw new ContextException(
                    ContextException.Kind.ENVIRONMENT,
                    "could not remove \"%s\", the unpacked context \"%s\": %s"
                            .formatted(scratch, origin, e.getMessage()),
                    e);
        }
    }
}
