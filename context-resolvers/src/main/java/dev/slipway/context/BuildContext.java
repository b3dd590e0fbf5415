package dev.slipway.context;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A context that is there: a directory to read, and what is known of where it came from.
 *
 * <p>A directory that the user named is used in place and never written to; one that was made for this build is
 * removed when the context is closed.
 *
 * @param root what COPY, ADD and bind mounts read
 * @param origin the URI without credentials, for logs and {@code org.opencontainers.image.source}
 * @param revision what exactly was fetched, such as a commit; none where the source knows no versions
 * @param sizeBytes of the files, where resolving has seen them all
 * @param release called once by {@link #close()}
 */
public record BuildContext(Path root, String origin, Optional<String> revision, OptionalLong sizeBytes, Release release)
        implements AutoCloseable {

    public BuildContext {
        Objects.requireNonNull(root, "root is null");
        Objects.requireNonNull(release, "release is null");
    }

    /** A directory that stays when the build is done. */
    public static BuildContext inPlace(Path root, String origin) {
        return new BuildContext(root, origin, Optional.empty(), OptionalLong.empty(), () -> {});
    }

    /** The same context seen from a directory within it. */
    BuildContext below(Path directory) {
        return new BuildContext(directory, origin, revision, sizeBytes, release);
    }

    /** Removes what was made for this context. */
    @Override
    public void close() throws ContextException {
        release.run();
    }

    /** What gives a context's directory back. */
    @FunctionalInterface
    public interface Release {
        void run() throws ContextException;
    }
}
