package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.Set;

/**
 * One layer as a directory that overlayfs can stack.
 *
 * @param tree its files, whiteouts as overlayfs has them
 * @param implied directories that are there only because something is in them: their attributes say nothing
 * @param hold the shared lock that keeps others from pruning it, or whatever else must stay open
 */
record ExtractedLayer(Directory tree, Set<PathBytes> implied, Hold hold) implements AutoCloseable {

    /** Lets go of what kept a directory in place. */
    @FunctionalInterface
    interface Hold {
        /** Nothing is held: the directory is this build's own. */
        Hold NOTHING = () -> {};

        void release() throws IOException;

        static Hold of(OpenFile lock) {
            return lock::close;
        }
    }

    ExtractedLayer {
        implied = Set.copyOf(implied);
    }

    @Override
    public void close() throws IOException {
        tree.close();
        hold.release();
    }
}
