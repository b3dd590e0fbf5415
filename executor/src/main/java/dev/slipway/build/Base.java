package dev.slipway.build;

import java.nio.file.Path;
import java.util.Optional;

/** What a stage starts from, or what COPY --from and mounts take things from. */
sealed interface Base {

    /** Nothing. */
    record Scratch() implements Base {}

    /** Another stage of the same file. */
    record OfStage(int index) implements Base {}

    /**
     * An image, by the name that the Dockerfile gives it.
     *
     * @param layout where it lies, if {@code --build-context} says so; else it is in a registry
     */
    record OfImage(String name, Optional<LayoutImage> layout) implements Base {
        /** One of a registry. */
        OfImage(String name) {
            this(name, Optional.empty());
        }
    }

    /**
     * A directory that {@code --build-context} names.
     *
     * @param heedsIgnoreFile whether its own {@code .dockerignore} counts, which a repository's doesn't
     */
    record OfDirectory(String name, Path root, boolean heedsIgnoreFile) implements Base {}

    /** What {@code --build-context} names and isn't here yet: a repository, a file behind a URL, an archive. */
    record OfRemote(String name, String uri) implements Base {}
}
