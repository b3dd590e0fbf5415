package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** statx(2) and its counterpart for times. The offsets are those of {@code struct statx}. */
final class Statx {
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_EMPTY_PATH = 0x1000;
    /** Takes what the file system has at hand: on network file systems no round trip. */
    private static final int AT_NO_AUTOMOUNT = 0x800;

    private static final int BASIC_STATS = 0x7ff;
    private static final int MOUNT_ID = 0x1000;

    private Statx() {}

    /** The status of an open descriptor, of whatever kind. */
    static FileStatus of(int fd, String shown) throws PosixException {
        Native.Scratch scratch = Native.scratch();
        Native.check(ask(scratch, fd, scratch.path(PathBytes.EMPTY), AT_EMPTY_PATH), SystemCall.STATX, shown);
        return read(scratch.block);
    }

    /** Asks for the status of a path that lies at {@code path}; 0, or the negative error number. */
    static long ask(Native.Scratch scratch, int directory, long path, int flags) {
        return Native.call(
                SystemCall.STATX,
                directory,
                path,
                flags | AT_NO_AUTOMOUNT,
                BASIC_STATS | MOUNT_ID,
                scratch.block.address());
    }

    static FileStatus read(MemorySegment s) {
        int mode = s.get(JAVA_SHORT, 28) & 0xffff;
        return new FileStatus(
                FileType.ofMode(mode),
                mode & 07777,
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_LONG, 40),
                s.get(JAVA_LONG, 112),
                s.get(JAVA_INT, 120),
                s.get(JAVA_LONG, 96),
                s.get(JAVA_INT, 104),
                s.get(JAVA_LONG, 32),
                (long) s.get(JAVA_INT, 136) << 32 | Integer.toUnsignedLong(s.get(JAVA_INT, 140)),
                s.get(JAVA_INT, 128),
                s.get(JAVA_INT, 132),
                Integer.toUnsignedLong(s.get(JAVA_INT, 16)),
                s.get(JAVA_LONG, 144),
                s.get(JAVA_LONG, 48));
    }

    /** Sets the time of the last change, and of the last access to the same, so that nothing of today stays. */
    static void setModified(int directory, long path, int flags, long seconds, int nanos, String shown)
            throws PosixException {
        MemorySegment times = Native.scratch().block;
        for (long offset = 0; offset <= 16; offset += 16) {
            times.set(JAVA_LONG, offset, seconds);
            times.set(JAVA_LONG, offset + 8, nanos);
        }
        Native.check(
                Native.call(SystemCall.UTIMENSAT, directory, path, times.address(), flags),
                SystemCall.UTIMENSAT,
                shown);
    }
}
