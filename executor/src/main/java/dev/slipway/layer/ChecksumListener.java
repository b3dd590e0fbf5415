package dev.slipway.layer;

import dev.slipway.posix.PathBytes;

/**
 * Is told the checksums that were taken in passing while a layer was applied or written (DESIGN 3.3: a scan compares them
 * where a file's ctime moved and nothing else). {@link ContentIndex} keeps them; where nobody asks, none are computed.
 */
public interface ChecksumListener {
    /** Nobody wants to know, and nothing is computed. */
    ChecksumListener NONE = new ChecksumListener() {
        @Override
        public void file(PathBytes path, Checksums checksums) {}

        @Override
        public void hardLink(PathBytes path, PathBytes target) {}
    };

    /**
     * What a path holds now.
     *
     * @param content {@link ContentChecksum} of a regular file's bytes, 0 for everything else
     * @param xattrs {@link LayerXattrs#checksum}
     */
    record Checksums(long content, long xattrs) {}

    /**
     * Something other than a hard link is at the path now. The path is where it really lies, links on the way resolved.
     */
    void file(PathBytes path, Checksums checksums);

    /** The path is now a further name of another one. */
    void hardLink(PathBytes path, PathBytes target);
}
