package dev.slipway.rootfs.scan;

import dev.slipway.posix.PathBytes;
import java.util.Collection;
import java.util.Set;

/** Paths that never enter a layer, with all below them ({@code --ignore-path}). They are anchored at the root. */
public final class Excluded {
    /** Nothing is left out. */
    public static final Excluded NOTHING = new Excluded(Set.of());

    private final Set<PathBytes> paths;

    private Excluded(Set<PathBytes> paths) {
        this.paths = paths;
    }

    public static Excluded of(Collection<PathBytes> paths) {
        return paths.isEmpty() ? NOTHING : new Excluded(Set.copyOf(paths));
    }

    /** Whether the path itself is named; what is below it is never asked for in a walk from the root. */
    boolean holds(PathBytes path) {
        return !paths.isEmpty() && paths.contains(path);
    }

    /** Whether the path is named, or lies below one that is. */
    public boolean covers(PathBytes path) {
        return !paths.isEmpty() && paths.stream().anyMatch(path::startsWith);
    }
}
