package dev.slipway.build.copy;

import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.FileTree;
import java.util.Optional;

/**
 * Where a COPY takes things from, and how messages speak of it.
 *
 * @param place such as {@code the context dir:///work} or {@code stage "build"}
 * @param missing the class of a build that fails because a path isn't there
 * @param explanation why a path may be missing although the user sees it, such as a line of {@code .dockerignore}
 */
public record CopySource(FileTree tree, String place, FailureClass missing, Explanation explanation) {

    /** Nothing to explain. */
    public static CopySource of(FileTree tree, String place, FailureClass missing) {
        return new CopySource(tree, place, missing, path -> Optional.empty());
    }

    /** What is said of a path that isn't there. */
    public CopyException missing(PathBytes path) {
        String advice = explanation.of(path).orElse("check the spelling, or make it in an earlier step");
        return new CopyException(missing, "\"/%s\" is not in %s; %s".formatted(path, place, advice));
    }

    /** Says why a path is missing. */
    @FunctionalInterface
    public interface Explanation {
        Optional<String> of(PathBytes path);
    }
}
