package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What Linux keeps per thread and a command inherits from the thread that starts it: namespaces, root and working
 * directory, ids, capabilities, umask. The raw system calls are used, because libc's wrappers would change every thread.
 *
 * <p>A platform thread that called any of this must end with the command: there is no way back.
 */
public final class CallingThread {
    public static final int FILE_SYSTEM_CONTEXT = 0x200;
    public static final int NEW_MOUNTS = 0x20000;
    public static final int NEW_HOSTNAME = 0x4000000;
    public static final int NEW_IPC = 0x8000000;
    public static final int NEW_PROCESSES = 0x20000000;
    public static final int NEW_NETWORK = 0x40000000;

    private static final int AT_FDCWD = -100;
    private static final int X_OK = 1;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_READ = 23;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int LAST_CAPABILITY = 63;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private CallingThread() {}

    /** unshare(2) with a sum of the flags of this class. */
    public static void unshare(int flags) throws IOException {
        Native.check(Native.call(SystemCall.UNSHARE, flags), SystemCall.UNSHARE, words(flags));
    }

    private static String words(int flags) {
        Map<Integer, String> known = new TreeMap<>(Map.of(
                FILE_SYSTEM_CONTEXT, "directories",
                NEW_MOUNTS, "mounts",
                NEW_HOSTNAME, "host name",
                NEW_IPC, "IPC",
                NEW_PROCESSES, "processes",
                NEW_NETWORK, "network"));
        known.keySet().removeIf(flag -> (flags & flag) == 0);
        return String.join(", ", known.values());
    }

    /** Enters the namespace that a descriptor holds; for mounts the thread must have a file system context of its own. */
    public static void enter(int namespace, int kind) throws IOException {
        Native.check(Native.call(SystemCall.SETNS, namespace, kind), SystemCall.SETNS, "");
    }

    /** The kernel's number of this thread. */
    public static int id() {
        return (int) Native.call(SystemCall.GETTID);
    }

    /** Makes a directory the root; the mounts of the thread stay as they are. */
    public static void changeRoot(Directory root) throws IOException {
        changeDirectory(root);
        long here = Native.scratch().path(PathBytes.of("."));
        Native.check(Native.call(SystemCall.CHROOT, here), SystemCall.CHROOT, root);
    }

    /**
     * Makes a directory on which something is mounted the root of the thread's own mount namespace, and lets go of
     * everything outside it: whoever leaves a chroot finds nothing.
     */
    public static void replaceRoot(Directory root) throws IOException {
        changeDirectory(root);
        Native.Scratch scratch = Native.scratch();
        long here = scratch.path(PathBytes.of("."));
        long pivoted = Native.call(SystemCall.PIVOT_ROOT, here, here);
        if (pivoted == 0) {
            // The old root lies on top of the new one now.
            Mounts.unmount(".");
        } else if (pivoted == -Errno.EINVAL) {
            // The root is the kernel's first one, an initramfs, which can't be given up but covered.
            Mounts.move(".", "/");
            changeRoot(root);
        } else {
            Native.check(pivoted, SystemCall.PIVOT_ROOT, root);
        }
        changeDirectory(new byte[] {'/'});
    }

    public static void changeDirectory(Directory directory) throws IOException {
        Native.check(Native.call(SystemCall.FCHDIR, directory.fd()), SystemCall.FCHDIR, directory);
    }

    /** Changes the working directory to a path of ours, or of the root that the thread has by now. */
    public static void changeDirectory(byte[] path) throws IOException {
        Native.check(Native.call(SystemCall.CHDIR, Native.scratch().path(path)), SystemCall.CHDIR, PathBytes.of(path));
    }

    /**
     * Whether a path, as the thread sees it now, leads to a file that it may execute.
     *
     * @return 0, or the error number that execve(2) would give: ENOENT, EACCES …
     */
    public static int executableError(byte[] path) throws IOException {
        Native.Scratch scratch = Native.scratch();
        long address = scratch.path(path);
        long found = Statx.ask(scratch, AT_FDCWD, address, 0);
        if (found < 0) {
            return (int) -found;
        }
        if (!Statx.read(scratch.block).isRegular()) {
            return Errno.EACCES;
        }
        return (int) -Native.call(SystemCall.FACCESSAT, AT_FDCWD, address, X_OK);
    }

    /** Sets the mask of mode bits that new files don't get, and gives the one before. */
    public static int umask(int mask) {
        return (int) Native.call(SystemCall.UMASK, mask);
    }

    public static void setHostname(String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Native.check(
                Native.call(SystemCall.SETHOSTNAME, Native.scratch().path(bytes), bytes.length),
                SystemCall.SETHOSTNAME,
                name);
    }

    /**
     * Becomes another user for good: real, effective and saved ids, and exactly these supplementary groups. What the
     * thread is permitted it stays until {@link #limitCapabilities}, or the next program.
     */
    public static void become(int uid, int gid, int[] groups) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate(Math.max(4, 4L * groups.length), 4);
            MemorySegment.copy(groups, 0, list, JAVA_INT, 0, groups.length);
            Native.check(Native.call(SystemCall.SETGROUPS, groups.length, list.address()), SystemCall.SETGROUPS, "");
        }
        Native.check(Native.call(SystemCall.SETRESGID, gid, gid, gid), SystemCall.SETRESGID, gid);
        Native.check(Native.call(SystemCall.PRCTL, PR_SET_KEEPCAPS, 1), SystemCall.PRCTL, "PR_SET_KEEPCAPS");
        Native.check(Native.call(SystemCall.SETRESUID, uid, uid, uid), SystemCall.SETRESUID, uid);
    }

    /** Whether a capability is in force for this thread. */
    public static boolean has(int capability) throws PosixException {
        MemorySegment block = Native.scratch().block;
        block.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
        block.set(JAVA_INT, 4, 0);
        Native.check(Native.call(SystemCall.CAPGET, block.address(), block.address() + 8), SystemCall.CAPGET, "");
        return (block.get(JAVA_INT, 8 + capability / 32 * 12) >>> capability % 32 & 1) == 1;
    }

    /** Whether a capability is in the bounding set: what isn't can't be had again by any means. */
    public static boolean mayHave(int capability) {
        return Native.call(SystemCall.PRCTL, PR_CAPBSET_READ, capability) == 1;
    }

    /** Cuts the bounding set to these capabilities. Needs CAP_SETPCAP where there is something to cut. */
    public static void keepCapabilities(Set<Integer> kept) throws IOException {
        for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
            if (!kept.contains(capability) && mayHave(capability)) {
                Native.check(
                        Native.call(SystemCall.PRCTL, PR_CAPBSET_DROP, capability),
                        SystemCall.PRCTL,
                        "capability " + capability);
            }
        }
    }

    /** Cuts the permitted capabilities to these, puts them in force, and lets no program inherit any. */
    public static void limitCapabilities(Set<Integer> kept) throws IOException {
        MemorySegment block = Native.scratch().block;
        block.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
        block.set(JAVA_INT, 4, 0);
        Native.check(Native.call(SystemCall.CAPGET, block.address(), block.address() + 8), SystemCall.CAPGET, "");
        for (int word = 0; word < 2; word++) {
            int mask = 0;
            for (int bit = 0; bit < 32; bit++) {
                if (kept.contains(word * 32 + bit)) {
                    mask |= 1 << bit;
                }
            }
            int at = 8 + word * 12;
            int permitted = block.get(JAVA_INT, at + 4) & mask;
            block.set(JAVA_INT, at, permitted);
            block.set(JAVA_INT, at + 4, permitted);
            block.set(JAVA_INT, at + 8, 0);
        }
        Native.check(Native.call(SystemCall.CAPSET, block.address(), block.address() + 8), SystemCall.CAPSET, "");
    }

    /** Closes /proc/PID/environ, root, fd of this process to commands of the same user; see PR_SET_DUMPABLE of prctl(2). */
    public static void closeProcessToOthers() throws IOException {
        Native.check(Native.call(SystemCall.PRCTL, PR_SET_DUMPABLE, 0), SystemCall.PRCTL, "PR_SET_DUMPABLE");
    }

    /** Makes this process the parent of its descendants' orphans; see PR_SET_CHILD_SUBREAPER of prctl(2). */
    public static void adoptOrphans() throws IOException {
        Native.check(
                Native.call(SystemCall.PRCTL, PR_SET_CHILD_SUBREAPER, 1), SystemCall.PRCTL, "PR_SET_CHILD_SUBREAPER");
    }

    /** The effective user id of this process. */
    public static int effectiveUserId() {
        return (int) Native.call(SystemCall.GETEUID);
    }

    /** Brings the loopback interface of the thread's network namespace up. */
    public static void raiseLoopback() throws IOException {
        int socket = (int) Native.check(Native.call(SystemCall.SOCKET, 2, 2 | 02000000, 0), SystemCall.SOCKET, "");
        try {
            MemorySegment request = Native.scratch().block;
            request.asSlice(0, 40).fill((byte) 0);
            request.setString(0, "lo");
            request.set(ValueLayout.JAVA_SHORT, 16, (short) 0x41);
            Native.check(Native.call(SystemCall.IOCTL, socket, 0x8914, request.address()), SystemCall.IOCTL, "lo");
        } finally {
            Native.call(SystemCall.CLOSE, socket);
        }
    }
}
