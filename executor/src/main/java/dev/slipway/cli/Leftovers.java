package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a build removes of its own when it ends, and what a failure to do so means: a failed build before the image is
 * published, and a warning afterwards, when whoever sees a failure would build and push once more in vain.
 */
final class Leftovers {
    private final ProgressListener progress;
    private boolean isPublished;

    Leftovers(ProgressListener progress) {
        this.progress = progress;
    }

    /** Removes something. */
    @FunctionalInterface
    interface Removing {
        void run() throws IOException;
    }

    /** Something that is removed when it is closed. */
    @FunctionalInterface
    interface Removal extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** From now on the image is where it was to be. */
    void imageIsPublished() {
        isPublished = true;
    }

    Removal whenClosed(Removing removing) {
        return () -> remove(removing);
    }

    void remove(Removing removing) throws IOException {
        try {
            removing.run();
        } catch (IOException | UncheckedIOException e) {
            if (!isPublished) {
                throw e;
            }
            progress.warn("the image is published, but something of the build was left behind: " + e.getMessage());
        }
    }
}
