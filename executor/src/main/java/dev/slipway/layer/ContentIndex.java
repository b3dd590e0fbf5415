package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.util.Optional;

/**
 * The checksums of everything that was applied or written, by path, for the directory kind's scan: 24 bytes a path, at
 * most half full. Paths are known by their own 64-bit checksum, and nothing is ever taken out: whoever asks asks for
 * paths that are there, and what replaced an earlier one has put its own checksums in its place.
 */
public final class ContentIndex implements ChecksumListener {
    private PathTable paths = new PathTable();
    private long[] contents = new long[paths.slots()];
    private long[] xattrs = new long[paths.slots()];

    @Override
    public synchronized void file(PathBytes path, Checksums checksums) {
        put(PathTable.key(path), checksums.content(), checksums.xattrs());
    }

    @Override
    public synchronized void hardLink(PathBytes path, PathBytes target) {
        int slot = paths.find(PathTable.key(target));
        if (slot != PathTable.ABSENT) {
            put(PathTable.key(path), contents[slot], xattrs[slot]);
        }
    }

    /** What is known of a path; nothing if it was neither applied nor written, or by an index that wasn't asked to. */
    public synchronized Optional<Checksums> find(PathBytes path) {
        int slot = paths.find(PathTable.key(path));
        return slot == PathTable.ABSENT ? Optional.empty() : Optional.of(new Checksums(contents[slot], xattrs[slot]));
    }

    private void put(long key, long content, long xattr) {
        if (paths.isFull()) {
            grow();
        }
        int slot = paths.add(key);
        contents[slot] = content;
        xattrs[slot] = xattr;
    }

    private void grow() {
        PathTable oldPaths = paths;
        long[] oldContents = contents;
        long[] oldXattrs = xattrs;
        paths = oldPaths.larger();
        contents = new long[paths.slots()];
        xattrs = new long[paths.slots()];
        for (int slot = 0; slot < oldPaths.slots(); slot++) {
            if (oldPaths.keyAt(slot) != 0) {
                int moved = paths.add(oldPaths.keyAt(slot));
                contents[moved] = oldContents[slot];
                xattrs[moved] = oldXattrs[slot];
            }
        }
    }
}
