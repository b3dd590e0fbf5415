package dev.slipway.archive;

import dev.slipway.posix.PathBytes;

/**
 * One entry of a foreign archive. Its path is relative to wherever the archive is unpacked and holds no {@code .} and no
 * {@code ..}; the empty path is the destination itself, which an entry named {@code ./} stands for.
 */
public sealed interface ArchiveEntry {
    PathBytes path();

    EntryAttributes attributes();

    /** A regular file; {@link ArchiveReader#content} has its bytes. */
    record File(PathBytes path, EntryAttributes attributes, long sizeBytes) implements ArchiveEntry {}

    record Directory(PathBytes path, EntryAttributes attributes) implements ArchiveEntry {}

    /** The target is the bytes that the link holds; nothing says that it is anywhere. */
    record Symlink(PathBytes path, EntryAttributes attributes, byte[] target) implements ArchiveEntry {
        public Symlink {
            target = target.clone();
        }

        @Override
        public byte[] target() {
            return target.clone();
        }
    }

    /** A further name of a file that came before. */
    record HardLink(PathBytes path, EntryAttributes attributes, PathBytes target) implements ArchiveEntry {}

    /** A device node. */
    record Device(PathBytes path, EntryAttributes attributes, boolean isBlock, int major, int minor)
            implements ArchiveEntry {}

    record Fifo(PathBytes path, EntryAttributes attributes) implements ArchiveEntry {}
}
