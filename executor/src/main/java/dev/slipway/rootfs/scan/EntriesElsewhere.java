package dev.slipway.rootfs.scan;

import dev.slipway.layer.LayerEntry;
import dev.slipway.posix.PathBytes;
import java.io.IOException;

/** Paths of a tree that don't lie in its directory, as something else covers them there. */
public interface EntriesElsewhere {
    /** All paths lie in the directory. */
    EntriesElsewhere NONE = new EntriesElsewhere() {
        @Override
        public boolean holds(PathBytes path) {
            return false;
        }

        @Override
        public Reading read() {
            return path -> {
                throw new IllegalStateException("nothing lies elsewhere, but \"" + path + "\" is looked for there");
            };
        }
    };

    /** Whether the path's entry comes from here. */
    boolean holds(PathBytes path);

    /** Begins the entries of one layer. */
    Reading read();

    /** Hands out one layer's entries, in order of their paths: a file's second name becomes a link to the first. */
    @FunctionalInterface
    interface Reading {
        /** The entry of a path that {@link EntriesElsewhere#holds} says yes to. */
        LayerEntry entry(PathBytes path) throws IOException;
    }
}
