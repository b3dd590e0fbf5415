package dev.slipway.rootfs.scan;

import static java.util.Objects.requireNonNull;

import dev.slipway.posix.PathBytes;

/**
 * One path that a layer says something about.
 *
 * @param isRemoval whether what lower layers have there is gone; otherwise what the tree has there is the layer's
 */
public record Change(PathBytes path, boolean isRemoval) implements Comparable<Change> {
    public Change {
        requireNonNull(path, "path is null");
    }

    @Override
    public int compareTo(Change other) {
        return path.compareTo(other.path);
    }
}
