package dev.slipway.build.copy;

import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.PathPattern;
import dev.slipway.posix.PathBytes;
import java.util.Optional;

/**
 * Which paths below a source are taken, by their names relative to it; the source itself always is.
 *
 * @param included the pattern of {@code --parents}: what it matches is taken, with all that lies below
 * @param excluded {@code --exclude}
 */
record Selection(Optional<PathPattern> included, DockerIgnore excluded) {

    /** Whether the path itself is taken; what lies below a directory that isn't may still be. */
    boolean takes(PathBytes path) {
        return isIncluded(path) && !excluded.excludes(path.toByteArray());
    }

    private boolean isIncluded(PathBytes path) {
        if (included.isEmpty()) {
            return true;
        }
        for (PathBytes current = path; !current.isEmpty(); current = current.parent()) {
            if (included.get().matches(current.toByteArray())) {
                return true;
            }
        }
        return false;
    }
}
