package dev.slipway.sandbox;

import dev.slipway.posix.PathBytes;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Something that a command sees at a place in its root and that is not part of the root: {@code RUN --mount}. */
public sealed interface Mount {
    /** Where, relative to the root. Links in it are followed inside the root; what is missing is made for the time. */
    PathBytes target();

    /** What becomes of what the command writes. */
    enum Writes {
        /** They fail. */
        REFUSED,
        /** They go to the source. */
        KEPT,
        /** They are seen by the command and forgotten. */
        DISCARDED
    }

    /**
     * A directory or file of another tree.
     *
     * @param root the tree's root directory
     * @param source the path inside it; links are followed inside it
     */
    record Bind(PathBytes target, Path root, PathBytes source, Writes writes) implements Mount {}

    /**
     * An empty file system in memory.
     *
     * @param sizeBytes the most that it takes; without it half of the memory
     * @param readOnly whether it stays empty
     */
    record Tmpfs(PathBytes target, OptionalLong sizeBytes, boolean readOnly) implements Mount {}

    /** A file with given contents that lives in memory only: a secret, or a script. */
    record Content(PathBytes target, byte[] content, int permissions, int uid, int gid) implements Mount {
        public Content {
            content = content.clone();
        }

        @Override
        public byte[] content() {
            return content.clone();
        }

        /** Says nothing of the content, which may be a secret. */
        @Override
        public String toString() {
            return "Content[" + target + "]";
        }

        @Override
        public boolean equals(Object other) {
            return other == this;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A socket or other single file of ours, at a path of ours. */
    static Mount ofHost(PathBytes target, Path file, Writes writes) {
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
        return new Bind(
                target,
                directory,
                PathBytes.of(
                        Optional.ofNullable(file.getFileName()).orElseThrow().toString()),
                writes);
    }
}
