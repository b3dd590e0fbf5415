package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The C library's functions that {@link Launch} needs besides {@code syscall}: called with the same seven integers where
 * possible, since superfluous ones do no harm, or handed on by address.
 */
final class Functions {
    static final long SYSCALL = Native.address("syscall");
    static final long CLOSEFROM = Native.address("closefrom");
    static final long SETCONTEXT = Native.address("setcontext");
    static final MethodHandle GETCONTEXT = Native.handle("getcontext", Native.SYSCALL);
    static final MethodHandle CLONE = Native.handle("clone", Native.SYSCALL);

    private static final MethodHandle MAKECONTEXT_HANDLE = Native.handle("makecontext", Native.MAKECONTEXT);
    private static final MethodHandle ERRNO_LOCATION = Native.handle("__errno_location", Native.SYSCALL);
    private static final int MOST_ARGUMENTS = 7;

    private Functions() {}

    /** Calls a function that gives an int; an error comes back as the negative error number. */
    static long invoke(MethodHandle function, long a, long b, long c, long d) {
        MemorySegment errno = Native.scratch().errno;
        try {
            int result = (int) (long) function.invokeExact(errno, a, b, c, d, 0L, 0L, 0L);
            return result == -1 ? -errno.get(JAVA_INT, 0) : result;
        } catch (Throwable t) {
            throw new IllegalStateException("the foreign function interface failed", t);
        }
    }

    static void makeContext(long context, long function, long... arguments) {
        long[] a = Arrays.copyOf(arguments, MOST_ARGUMENTS);
        try {
            long unused = (long) MAKECONTEXT_HANDLE.invokeExact(
                    Native.scratch().errno,
                    context,
                    function,
                    (long) MOST_ARGUMENTS,
                    a[0],
                    a[1],
                    a[2],
                    a[3],
                    a[4],
                    a[5],
                    a[6]);
        } catch (Throwable t) {
            throw new IllegalStateException("the foreign function interface failed", t);
        }
    }

    /** Where the calling thread's errno lies; a child that shares the memory of its parent leaves its own there. */
    static long errnoAddress() {
        try {
            return (long) ERRNO_LOCATION.invokeExact(Native.scratch().errno, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw new IllegalStateException("the foreign function interface failed", t);
        }
    }
}
