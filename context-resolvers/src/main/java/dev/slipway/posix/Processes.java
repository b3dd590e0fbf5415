package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/** Waiting for child processes that {@link Launch} started, and ending them. */
public final class Processes {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    /** Where siginfo_t, filled by waitid(2), has the process id. */
    private static final int SIGINFO_PID = 16;

    private Processes() {}

    /** Waits for a child to end and leaves it a zombie, so that its id stays its own until it is {@link #reap}ed. */
    public static void awaitEnd(int pid) throws IOException {
        Native.check(Native.call(SystemCall.WAITID, P_PID, pid, 0, WEXITED | WNOWAIT), SystemCall.WAITID, pid);
    }

    /** Waits until any child has ended, leaves it a zombie, and gives its id; see WNOWAIT of waitid(2). */
    public static int awaitAny() throws IOException {
        MemorySegment block = Native.scratch().block;
        Native.check(
                Native.call(SystemCall.WAITID, P_ALL, 0, block.address(), WEXITED | WNOWAIT), SystemCall.WAITID, "any");
        return block.get(JAVA_INT, SIGINFO_PID);
    }

    /** Whether a child has ended and waits to be reaped; false for one that isn't there any more, too. */
    public static boolean hasEnded(int pid) throws IOException {
        MemorySegment block = Native.scratch().block;
        block.set(JAVA_INT, SIGINFO_PID, 0);
        long result = Native.call(SystemCall.WAITID, P_PID, pid, block.address(), WEXITED | WNOWAIT | WNOHANG);
        if (result == -Errno.ECHILD) {
            return false;
        }
        Native.check(result, SystemCall.WAITID, pid);
        return block.get(JAVA_INT, SIGINFO_PID) == pid;
    }

    /** Reaps a process if it is a child of ours that has ended; nothing else is an error. */
    public static void reapIfEnded(int pid) throws IOException {
        if (hasEnded(pid)) {
            poll(pid);
        }
    }

    /** Waits for a child to end, and gives its wait status as wait(2) encodes it. */
    public static int reap(int pid) throws IOException {
        return wait(pid, 0).orElseThrow();
    }

    /** Reaps a child if it has ended. */
    public static OptionalInt poll(int pid) throws IOException {
        return wait(pid, WNOHANG);
    }

    private static OptionalInt wait(int pid, int options) throws IOException {
        MemorySegment block = Native.scratch().block;
        long ended =
                Native.check(Native.call(SystemCall.WAIT4, pid, block.address(), options, 0), SystemCall.WAIT4, pid);
        return ended == 0 ? OptionalInt.empty() : OptionalInt.of(block.get(JAVA_INT, 0));
    }

    /** Sends a signal; a process that is gone already is no error. */
    public static void kill(int pid, int signal) throws IOException {
        long result = Native.call(SystemCall.KILL, pid, signal);
        if (result != -Errno.ESRCH) {
            Native.check(result, SystemCall.KILL, pid);
        }
    }

    /** How far this process may raise one of its limits, getrlimit(2); -1 for no limit. */
    public static long hardLimit(int resource) throws PosixException {
        MemorySegment block = Native.scratch().block;
        Native.check(Native.call(SystemCall.PRLIMIT, 0, resource, 0, block.address()), SystemCall.PRLIMIT, resource);
        return block.get(ValueLayout.JAVA_LONG, 8);
    }
}
