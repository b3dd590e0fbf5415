package dev.slipway.rootfs;

import dev.slipway.posix.PathBytes;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** What of a root filesystem goes into a layer. */
public sealed interface CommitScope {
    /** Whatever is changed since the last commit, commands' doing included. */
    CommitScope EVERYTHING = new Everything();

    /** See {@link #EVERYTHING}. */
    record Everything() implements CommitScope {}

    /**
     * Exactly what a COPY, ADD or WORKDIR wrote through the {@link MutableTree}, so that nothing needs to be scanned.
     * Each path enters the layer even if it came out as it was; one that isn't there any more, as a whiteout.
     */
    record Paths(SortedSet<PathBytes> paths) implements CommitScope {
        public Paths {
            paths = Collections.unmodifiableSortedSet(new TreeSet<>(paths));
        }
    }

    static CommitScope paths(SortedSet<PathBytes> paths) {
        return new Paths(paths);
    }
}
