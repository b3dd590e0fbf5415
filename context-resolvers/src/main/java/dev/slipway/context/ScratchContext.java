package dev.slipway.context;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** A context that is made in the scratch directory and removed when it is closed. On any failure nothing of it stays. */
public final class ScratchContext {

    private ScratchContext() {}

    /** Puts the files into the directory. */
    @FunctionalInterface
    public interface Filling {
        /**
         * Makes the files.
         *
         * @return how many bytes they hold
         * @throws IOException with the words for the user
         */
        long fill(Directory destination) throws IOException;
    }

    /**
     * Makes a context.
     *
     * @param origin the URI without credentials
     * @throws ContextException if filling fails; its message follows the origin
     * @throws InterruptedException if the build is cancelled meanwhile
     */
    public static BuildContext fill(String origin, Optional<String> revision, ContextOptions options, Filling filling)
            throws ContextException, InterruptedException {
        Path scratch = options.scratch();
        try {
            Files.createDirectories(scratch);
            try (Directory destination = Directory.open(scratch)) {
                long bytes = filling.fill(destination);
                return new BuildContext(
                        scratch, origin, revision, OptionalLong.of(bytes), () -> remove(scratch, origin));
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
                    "could not remove \"%s\", the context \"%s\": %s".formatted(scratch, origin, e.getMessage()),
                    e);
        }
    }
}
