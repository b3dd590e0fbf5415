package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * mount(2), umount2(2) and the newer calls for overlay, in the mount namespace of the calling thread. Sources and targets
 * are paths as that thread sees them; for a target inside a foreign root give {@link #pathOf} of a descriptor.
 */
public final class Mounts {
    public static final long READ_ONLY = 1;
    public static final long NO_SETUID = 2;
    public static final long NO_DEVICES = 4;
    public static final long NO_EXEC = 8;
    static final long REMOUNT = 32;
    static final long BIND = 4096;
    static final long RECURSIVE = 16384;
    private static final long MOVE = 8192;
    private static final long PRIVATE = 1 << 18;
    private static final long SLAVE = 1 << 19;

    private static final int AT_RECURSIVE = 0x8000;
    private static final int SETATTR_BYTES = 32;
    private static final int DETACH = 2;
    private static final int NO_FOLLOW = 8;

    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CREATE = 6;
    private static final int CLOEXEC = 1;
    private static final int MOVE_FROM_EMPTY_PATH = 4;

    private Mounts() {}

    /** The path that leads to what a descriptor holds, whatever happens to its name meanwhile. */
    public static String pathOf(int fd) {
        return "/proc/thread-self/fd/" + fd;
    }

    /** Keeps what is mounted from here on inside this namespace; what the host mounts still shows. */
    public static void receiveOnly() throws IOException {
        mount("none", "/", "", RECURSIVE | SLAVE, "");
    }

    /** Cuts a mount off from its peers, below it too. */
    public static void makePrivate(String target) throws IOException {
        mount("none", target, "", RECURSIVE | PRIVATE, "");
    }

    /** Mounts a file system of a type; flags are those of this class. */
    public static void mount(String source, String target, String type, long flags, String options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Native.check(
                    Native.call(
                            SystemCall.MOUNT,
                            text(arena, source),
                            text(arena, target),
                            text(arena, type),
                            flags,
                            text(arena, options)),
                    SystemCall.MOUNT,
                    type.isEmpty() ? target : type + " on " + target);
        }
    }

    /** Shows a directory or file at a second place, with all that is mounted below it if {@code recursive}. */
    public static void bind(String source, String target, boolean recursive) throws IOException {
        mount(source, target, "", BIND | (recursive ? RECURSIVE : 0), "");
    }

    /** Moves a mount to another place. */
    static void move(String source, String target) throws IOException {
        mount(source, target, "", MOVE, "");
    }

    /** Makes an existing bind mount read-only; the restrictions it has already must be named again in {@code flags}. */
    public static void makeReadOnly(String target, long flags) throws IOException {
        mount("none", target, "", REMOUNT | BIND | READ_ONLY | flags, "");
    }

    /** Makes a mount and all below it read-only, if the kernel can do that in one go (Linux 5.12); else nothing. */
    public static boolean makeAllReadOnly(String target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SETATTR_BYTES, 8);
            attributes.set(JAVA_LONG, 0, READ_ONLY);
            long result = Native.call(
                    SystemCall.MOUNT_SETATTR,
                    -100,
                    text(arena, target),
                    AT_RECURSIVE,
                    attributes.address(),
                    SETATTR_BYTES);
            if (result == -Errno.ENOSYS || result == -Errno.EPERM) {
                return false;
            }
            Native.check(result, SystemCall.MOUNT_SETATTR, target);
            return true;
        }
    }

    /** Takes a mount away, at once for names and as soon as nobody uses it for the rest. */
    public static void unmount(String target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Native.check(
                    Native.call(SystemCall.UMOUNT, text(arena, target), DETACH | NO_FOLLOW), SystemCall.UMOUNT, target);
        }
    }

    /**
     * Mounts an overlay by fsconfig(2) with one {@code lowerdir+} a layer (Linux 6.8), so that the number of layers is
     * not bound by the page that mount(2) copies.
     *
     * @param lowers the lower directories, the uppermost first
     * @param upper what takes the changes; empty, and {@code work} too, for a read-only view of at least two lower ones
     * @param options further {@code key=value} settings; {@code userxattr} without a value is a flag
     */
    public static void overlay(List<String> lowers, String upper, String work, List<String> options, String target)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int context = (int) Native.check(
                    Native.call(SystemCall.FSOPEN, text(arena, "overlay"), CLOEXEC), SystemCall.FSOPEN, "overlay");
            try {
                for (String lower : lowers) {
                    set(arena, context, "lowerdir+", lower);
                }
                if (!upper.isEmpty()) {
                    set(arena, context, "upperdir", upper);
                    set(arena, context, "workdir", work);
                }
                for (String option : options) {
                    int equals = option.indexOf('=');
                    if (equals < 0) {
                        config(context, FSCONFIG_SET_FLAG, text(arena, option), 0, option);
                    } else {
                        set(arena, context, option.substring(0, equals), option.substring(equals + 1));
                    }
                }
                config(context, FSCONFIG_CREATE, 0, 0, target);
                int mount = (int) Native.check(
                        Native.call(SystemCall.FSMOUNT, context, CLOEXEC, 0), SystemCall.FSMOUNT, "overlay");
                try {
                    Native.check(
                            Native.call(
                                    SystemCall.MOVE_MOUNT,
                                    mount,
                                    text(arena, ""),
                                    -100,
                                    text(arena, target),
                                    MOVE_FROM_EMPTY_PATH),
                            SystemCall.MOVE_MOUNT,
                            target);
                } finally {
                    Native.call(SystemCall.CLOSE, mount);
                }
            } finally {
                Native.call(SystemCall.CLOSE, context);
            }
        }
    }

    private static void set(Arena arena, int context, String key, String value) throws IOException {
        config(context, FSCONFIG_SET_STRING, text(arena, key), text(arena, value), key + "=" + value);
    }

    private static void config(int context, int command, long key, long value, String shown) throws IOException {
        Native.check(Native.call(SystemCall.FSCONFIG, context, command, key, value, 0), SystemCall.FSCONFIG, shown);
    }

    private static long text(Arena arena, String text) {
        MemorySegment segment = arena.allocateFrom(text, UTF_8);
        return segment.address();
    }
}
