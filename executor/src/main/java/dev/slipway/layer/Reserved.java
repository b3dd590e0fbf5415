package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.io.IOException;

/**
 * Paths of a root that layers must leave alone, because something is mounted there or the executor needs it: only where
 * the root is the executor's own (DESIGN 3.1). Paths are where files really lie.
 */
public interface Reserved {
    /** Nothing is. */
    Reserved NOTHING = new Reserved() {
        @Override
        public boolean covers(PathBytes path) {
            return false;
        }

        @Override
        public boolean isAbove(PathBytes path) {
            return false;
        }

        @Override
        public boolean makeWay(PathBytes path, byte[] linkTarget) {
            return true;
        }

        @Override
        public void made(PathBytes path) {}
    };

    /** Whether a path is reserved, or lies below one that is. */
    boolean covers(PathBytes path);

    /** Whether a path is a directory that leads to a reserved one, so that it can't be removed. */
    boolean isAbove(PathBytes path);

    /**
     * Moves what is reserved below a directory to where a link in the directory's place shall lead, so that the link can
     * be made.
     *
     * @param linkTarget what the link holds; empty for something that is no link
     * @return whether nothing is in the way any more; else the entry is left out
     */
    boolean makeWay(PathBytes path, byte[] linkTarget) throws IOException;

    /** Says that a directory on the way to a reserved path is now the tree's own, too. */
    void made(PathBytes path);
}
