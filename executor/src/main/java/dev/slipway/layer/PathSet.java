package dev.slipway.layer;

import dev.slipway.posix.PathBytes;

/** Many paths in little memory; see {@link PathTable}. */
final class PathSet {
    private final PathTable paths = new PathTable();

    boolean contains(PathBytes path) {
        return paths.find(PathTable.key(path)) != PathTable.ABSENT;
    }

    void add(PathBytes path) {
        if (paths.isFull()) {
            paths.grow();
        }
        paths.add(PathTable.key(path));
    }
}
