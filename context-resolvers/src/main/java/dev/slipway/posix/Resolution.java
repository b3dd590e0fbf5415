package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Resolves paths inside a directory as if it were the root: by openat2(2) with {@code RESOLVE_IN_ROOT}, and where that
 * is refused (before Linux 5.6, or by a seccomp profile that doesn't know it) component by component.
 */
final class Resolution {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NONBLOCK = 04000;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;
    static final int O_DIRECTORY = onArm() ? 040000 : 0200000;
    static final int O_NOFOLLOW = onArm() ? 0100000 : 0400000;

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final int MOST_LINKS = 40;

    /** Turned off for good when the kernel says no once; the answer never changes during a process. */
    private static volatile boolean openat2Works = true;

    private Resolution() {}

    private static boolean onArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    /** openat(2) as it is: nothing is confined. */
    static int open(int directory, byte[] path, int flags, int permissions, String shown) throws PosixException {
        return (int) Native.check(
                Native.call(SystemCall.OPENAT, directory, Native.scratch().path(path), flags, permissions),
                SystemCall.OPENAT,
                shown);
    }

    /** Opens a path inside {@code root}; an absolute link starts there again, and {@code ..} stops there. */
    static int inRoot(int root, PathBytes path, int flags, int permissions) throws IOException {
        if (path.isEmpty()) {
            return open(root, new byte[] {'.'}, flags, permissions, ".");
        }
        if (openat2Works) {
            long opened = openat2(root, path, flags, permissions);
            if (opened != -Errno.ENOSYS && opened != -Errno.EPERM) {
                return (int) Native.check(opened, SystemCall.OPENAT2, path);
            }
            if (opened == -Errno.ENOSYS) {
                openat2Works = false;
            }
        }
        return walk(root, path, flags, permissions);
    }

    private static long openat2(int root, PathBytes path, int flags, int permissions) throws PosixException {
        Native.Scratch scratch = Native.scratch();
        MemorySegment how = scratch.block;
        how.set(JAVA_LONG, 0, Integer.toUnsignedLong(flags));
        how.set(JAVA_LONG, 8, permissions);
        how.set(JAVA_LONG, 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        while (true) {
            long opened = Native.call(SystemCall.OPENAT2, root, scratch.path(path), how.address(), 24);
            // Somebody renamed on the way while it was walked: the kernel asks for another try.
            if (opened != -Errno.EAGAIN) {
                return opened;
            }
        }
    }

    /** What openat2 does, with O_NOFOLLOW for each component and a stack of the directories that {@code ..} goes back to. */
    static int walk(int root, PathBytes path, int flags, int permissions) throws IOException {
        Deque<PathBytes> todo = new ArrayDeque<>(path.components());
        Deque<Integer> opened = new ArrayDeque<>();
        int links = 0;
        try {
            while (!todo.isEmpty()) {
                PathBytes name = todo.pop();
                int here = opened.isEmpty() ? root : opened.peek();
                if (name.endsInDots()) {
                    if (name.length() == 2 && !opened.isEmpty()) {
                        Native.call(SystemCall.CLOSE, opened.pop());
                    }
                    continue;
                }
                int next = open(here, name.toByteArray(), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, path.toString());
                boolean last = todo.isEmpty();
                FileType type;
                try {
                    type = Statx.of(next, path.toString()).type();
                } catch (IOException e) {
                    Native.call(SystemCall.CLOSE, next);
                    throw e;
                }
                if (type == FileType.SYMLINK && !(last && (flags & O_NOFOLLOW) != 0)) {
                    byte[] target = readLink(next, path);
                    Native.call(SystemCall.CLOSE, next);
                    if (++links > MOST_LINKS) {
                        throw new PosixException("openat", path.toString(), Errno.ELOOP);
                    }
                    if (target.length > 0 && target[0] == '/') {
                        closeAll(opened);
                    }
                    List<PathBytes> components = PathBytes.of(target).components();
                    components.reversed().forEach(todo::push);
                    continue;
                }
                if (last && type != FileType.DIRECTORY) {
                    Native.call(SystemCall.CLOSE, next);
                    return open(here, name.toByteArray(), flags | O_NOFOLLOW, permissions, path.toString());
                }
                opened.push(next);
                if (type != FileType.DIRECTORY) {
                    throw new PosixException("openat", path.toString(), Errno.ENOTDIR);
                }
            }
            return open(opened.isEmpty() ? root : opened.peek(), new byte[] {'.'}, flags, permissions, path.toString());
        } finally {
            closeAll(opened);
        }
    }

    private static void closeAll(Deque<Integer> opened) {
        while (!opened.isEmpty()) {
            Native.call(SystemCall.CLOSE, opened.pop());
        }
    }

    private static byte[] readLink(int link, PathBytes path) throws PosixException {
        Native.Scratch scratch = Native.scratch();
        MemorySegment bulk = scratch.bulk();
        long length = Native.check(
                Native.call(SystemCall.READLINKAT, link, scratch.path(PathBytes.EMPTY), bulk.address(), 65536),
                SystemCall.READLINKAT,
                path);
        return bulk.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** chmod before Linux 6.6: no call changes a name's mode without following it, but /proc leads to an open inode. */
    static long changeModeThroughProc(int directory, PathBytes name, int permissions) throws IOException {
        int opened = name.isEmpty()
                ? open(directory, new byte[] {'.'}, O_PATH | O_CLOEXEC, 0, ".")
                : open(directory, name.toByteArray(), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, name.toString());
        try {
            if (Statx.of(opened, name.toString()).isSymlink()) {
                return -Errno.EOPNOTSUPP;
            }
            byte[] path = ("/proc/self/fd/" + opened).getBytes(StandardCharsets.US_ASCII);
            return Native.call(SystemCall.FCHMODAT, -100, Native.scratch().path(path), permissions);
        } finally {
            Native.call(SystemCall.CLOSE, opened);
        }
    }
}
