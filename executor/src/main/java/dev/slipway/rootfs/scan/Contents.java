package dev.slipway.rootfs.scan;

import dev.slipway.layer.ChecksumListener.Checksums;
import dev.slipway.layer.ContentChecksum;
import dev.slipway.layer.ContentIndex;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Decides by content and extended attributes where nothing else tells two states of a path apart. */
final class Contents {
    private static final int LARGEST_BUFFER_BYTES = 1 << 17;

    private final Directory top;
    private final ContentIndex index;

    Contents(Directory top, ContentIndex index) {
        this.top = top;
        this.index = index;
    }

    /** Whether a path holds something else than the index says. A file that the index doesn't know counts as changed. */
    boolean differ(Directory parent, PathBytes path, FileStatus status) throws IOException {
        Optional<Checksums> known = index.find(path);
        if (known.isEmpty() && status.isRegular()) {
            return true;
        }
        long xattrs = LayerXattrs.checksum(LayerXattrs.recorded(parent.xattrs(path.name())));
        return xattrs != known.map(Checksums::xattrs).orElse(0L)
                || (status.isRegular()
                        && checksum(parent, path.name(), status)
                                != known.orElseThrow().content());
    }

    /** Whether the extended attributes of a path differ; for the root, which is in no directory. */
    boolean xattrsDiffer(PathBytes path) throws IOException {
        return LayerXattrs.checksum(LayerXattrs.recorded(top.xattrs(path)))
                != index.find(path).map(Checksums::xattrs).orElse(0L);
    }

    private static long checksum(Directory parent, PathBytes name, FileStatus status) throws IOException {
        ContentChecksum checksum = new ContentChecksum();
        byte[] buffer = buffer(status);
        try (OpenFile file = parent.openRead(name)) {
            for (int read = file.read(buffer, 0, buffer.length);
                    read >= 0;
                    read = file.read(buffer, 0, buffer.length)) {
                checksum.update(buffer, 0, read);
            }
        }
        return checksum.value();
    }

    /** One byte more than there are, so that the end shows; most files are small. */
    private static byte[] buffer(FileStatus status) {
        return new byte[(int) Math.min(status.sizeBytes() + 1, LARGEST_BUFFER_BYTES)];
    }

    /** Whether two files, or links, hold different bytes or attributes, given that their sizes are the same. */
    static boolean differ(Directory oneParent, Directory otherParent, PathBytes name, FileStatus status)
            throws IOException {
        if (!LayerXattrs.recorded(oneParent.xattrs(name)).equals(LayerXattrs.recorded(otherParent.xattrs(name)))) {
            return true;
        }
        if (status.isSymlink()) {
            return !Arrays.equals(oneParent.readLink(name), otherParent.readLink(name));
        }
        return status.isRegular() && bytesDiffer(oneParent, otherParent, name, status);
    }

    private static boolean bytesDiffer(Directory oneParent, Directory otherParent, PathBytes name, FileStatus status)
            throws IOException {
        byte[] one = buffer(status);
        byte[] other = buffer(status);
        try (OpenFile oneFile = oneParent.openRead(name);
                OpenFile otherFile = otherParent.openRead(name)) {
            while (true) {
                int oneLength = oneFile.in().readNBytes(one, 0, one.length);
                int otherLength = otherFile.in().readNBytes(other, 0, other.length);
                if (!Arrays.equals(one, 0, oneLength, other, 0, otherLength)) {
                    return true;
                }
                if (oneLength < one.length) {
                    return false;
                }
            }
        }
    }
}
