package dev.slipway.layer;

import static java.util.Objects.requireNonNull;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.posix.PathBytes;

/**
 * One change that a layer makes (OCI image spec, "Image Layer Filesystem Changeset"). Paths are relative to the root of
 * the image; {@link PathBytes#EMPTY} is that root, which only a directory can be.
 */
public sealed interface LayerEntry {
    PathBytes path();

    /** A change that puts something there; whiteouts only take away. */
    sealed interface Addition extends LayerEntry {
        EntryAttributes attributes();
    }

    /**
     * A regular file.
     *
     * @param sizeBytes its length when it was looked at; the length when it is opened counts
     */
    record File(PathBytes path, EntryAttributes attributes, long sizeBytes, FileContent content) implements Addition {
        public File {
            requireNamed(path);
            requireNonNull(content, "content is null");
        }
    }

    record Directory(PathBytes path, EntryAttributes attributes) implements Addition {}

    /** The target is the bytes that the link holds. */
    record Symlink(PathBytes path, EntryAttributes attributes, byte[] target) implements Addition {
        public Symlink {
            requireNamed(path);
            target = target.clone();
            if (target.length == 0) {
                throw new IllegalArgumentException("a symbolic link must point somewhere: \"" + path + "\"");
            }
        }

        @Override
        public byte[] target() {
            return target.clone();
        }
    }

    /** A further name of a file of the same layer that comes before it. */
    record HardLink(PathBytes path, EntryAttributes attributes, PathBytes target) implements Addition {
        public HardLink {
            requireNamed(path);
            requireNamed(target);
        }
    }

    record Device(PathBytes path, EntryAttributes attributes, boolean isBlock, int major, int minor)
            implements Addition {
        public Device {
            requireNamed(path);
        }
    }

    record Fifo(PathBytes path, EntryAttributes attributes) implements Addition {
        public Fifo {
            requireNamed(path);
        }
    }

    /** What a lower layer has at this path is gone, with everything below it. */
    record Whiteout(PathBytes path) implements LayerEntry {
        public Whiteout {
            requireNamed(path);
        }
    }

    /** What lower layers have in this directory is gone; the directory itself stays. */
    record Opaque(PathBytes path) implements LayerEntry {}

    private static void requireNamed(PathBytes path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("only a directory can be the root");
        }
    }
}
