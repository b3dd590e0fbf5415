package dev.slipway.rootfs.scan;

import dev.slipway.layer.ContentChecksum;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;

/**
 * What a record knows of one path, as eight numbers in an array: so half a million paths cost 32 MB and no objects. Two
 * of the numbers, inode and ctime, only tell that somebody touched the path; the others are what a layer carries.
 */
final class Facts {
    /** How many numbers a path takes. */
    static final int STRIDE = 8;

    private static final int INODE = 0;
    private static final int CTIME_SECONDS = 1;
    /** ctime's in the upper half, mtime's in the lower one. */
    private static final int NANOS = 2;

    private static final int MTIME_SECONDS = 3;
    private static final int SIZE = 4;
    /** Type and permissions in the upper half, the number of names in the lower one. */
    private static final int MODE_AND_LINKS = 5;

    private static final int OWNER = 6;
    /** Of a device its number, of a link the checksum of its target. */
    private static final int EXTRA = 7;

    private static final long LOWER_HALF = 0xffff_ffffL;

    private Facts() {}

    /** Writes down a status; of a link without its target. */
    static void write(FileStatus status, long[] into, int at) {
        into[at + INODE] = status.inode();
        into[at + CTIME_SECONDS] = status.ctimeSeconds();
        into[at + NANOS] = (long) status.ctimeNanos() << 32 | status.mtimeNanos();
        into[at + MTIME_SECONDS] = status.mtimeSeconds();
        // What a directory's size means is its file system's own affair.
        into[at + SIZE] = status.isRegular() ? status.sizeBytes() : 0;
        into[at + MODE_AND_LINKS] = (long) (status.type().modeBits() | status.permissions()) << 32
                | Math.min(status.links(), Integer.MAX_VALUE);
        into[at + OWNER] = (long) status.uid() << 32 | Integer.toUnsignedLong(status.gid());
        into[at + EXTRA] = status.type().isDevice() ? (long) status.rdevMajor() << 32 | status.rdevMinor() : 0;
    }

    static void writeTarget(byte[] target, long[] into, int at) {
        into[at + EXTRA] = ContentChecksum.of(target);
    }

    static void copyTarget(long[] from, int fromAt, long[] into, int at) {
        into[at + EXTRA] = from[fromAt + EXTRA];
    }

    /** Whether nobody touched the path: the kernel moves ctime with every change, and nobody can set it back. */
    static boolean isUntouched(long[] one, int i, long[] other, int j) {
        return one[i + INODE] == other[j + INODE]
                && one[i + CTIME_SECONDS] == other[j + CTIME_SECONDS]
                && one[i + NANOS] >>> 32 == other[j + NANOS] >>> 32;
    }

    /** Whether a layer would say the same of both, as far as content and extended attributes are the same. */
    static boolean isSame(long[] one, int i, long[] other, int j) {
        return one[i + MODE_AND_LINKS] >>> 32 == other[j + MODE_AND_LINKS] >>> 32
                && one[i + OWNER] == other[j + OWNER]
                && one[i + MTIME_SECONDS] == other[j + MTIME_SECONDS]
                && (one[i + NANOS] & LOWER_HALF) == (other[j + NANOS] & LOWER_HALF)
                && one[i + SIZE] == other[j + SIZE]
                && one[i + EXTRA] == other[j + EXTRA];
    }

    /** As {@link #isSame}, without the times: the root's move with everything that is made in it. */
    static boolean isSameSaveTimes(long[] one, int i, long[] other, int j) {
        return one[i + MODE_AND_LINKS] >>> 32 == other[j + MODE_AND_LINKS] >>> 32 && one[i + OWNER] == other[j + OWNER];
    }

    static boolean isDirectory(long[] facts, int at) {
        return (facts[at + MODE_AND_LINKS] >>> 32 & 0170000) == FileType.DIRECTORY.modeBits();
    }

    static boolean hasSeveralNames(long[] facts, int at) {
        return !isDirectory(facts, at) && (facts[at + MODE_AND_LINKS] & LOWER_HALF) > 1;
    }

    static long inode(long[] facts, int at) {
        return facts[at + INODE];
    }
}
