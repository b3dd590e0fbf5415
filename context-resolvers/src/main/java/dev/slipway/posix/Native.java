package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way into the kernel: every system call goes through libc's {@code syscall(2)} with seven integers, pointers among
 * them as addresses. One signature means one entry of native-image metadata, and a table instead of sixty bindings.
 */
final class Native {
    /** What a call to {@code syscall} looks like. */
    static final FunctionDescriptor SYSCALL = FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** What a call to {@code makecontext} looks like: three arguments of its own and seven of the function. */
    static final FunctionDescriptor MAKECONTEXT = SYSCALL.appendArgumentLayouts(JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** Every signature in use: {@code reachability-metadata.json} must list each, or a native executable lacks it. */
    static final List<FunctionDescriptor> SIGNATURES = List.of(SYSCALL, MAKECONTEXT);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SYSCALL_HANDLE = handle("syscall", SYSCALL);
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private Native() {}

    /** A function of the C library by one of our {@link #SIGNATURES}; its first argument is where errno is kept. */
    static MethodHandle handle(String name, FunctionDescriptor signature) {
        if (!SIGNATURES.contains(signature)) {
            throw new IllegalArgumentException(name + " has a signature that is not listed");
        }
        return LINKER.downcallHandle(
                MemorySegment.ofAddress(address(name)), signature, Linker.Option.captureCallState("errno"));
    }

    /** Where a function of the C library lies, for handing it to another one. */
    static long address(String name) {
        return LINKER.defaultLookup().findOrThrow(name).address();
    }

    /** The memory of the calling thread: good until its next call. */
    static Scratch scratch() {
        return SCRATCH.get();
    }

    /** Runs a system call; an error comes back as the negative error number, as the kernel itself answers. */
    static long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        return call(scratch(), call.number(), a, b, c, d, e, f);
    }

    static long call(SystemCall call) {
        return call(call, 0, 0, 0, 0, 0, 0);
    }

    static long call(SystemCall call, long a) {
        return call(call, a, 0, 0, 0, 0, 0);
    }

    static long call(SystemCall call, long a, long b) {
        return call(call, a, b, 0, 0, 0, 0);
    }

    static long call(SystemCall call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0, 0);
    }

    static long call(SystemCall call, long a, long b, long c, long d) {
        return call(call, a, b, c, d, 0, 0);
    }

    static long call(SystemCall call, long a, long b, long c, long d, long e) {
        return call(call, a, b, c, d, e, 0);
    }

    private static long call(Scratch scratch, long number, long a, long b, long c, long d, long e, long f) {
        while (true) {
            long result;
            try {
                result = (long) SYSCALL_HANDLE.invokeExact(scratch.errno, number, a, b, c, d, e, f);
            } catch (Throwable t) {
                throw new IllegalStateException("the foreign function interface failed", t);
            }
            if (result != -1) {
                return result;
            }
            int errno = scratch.errno.get(JAVA_INT, 0);
            if (errno != Errno.EINTR) {
                return -errno;
            }
            if (number == SystemCall.CLOSE.number()) {
                // Linux has let go of the descriptor by then; asked again it would close another thread's new one.
                return 0;
            }
        }
    }

    /** As {@link #call}, but an error is thrown, with the call's name and what it was about. */
    static long check(long result, SystemCall call, Object subject) throws PosixException {
        if (result < 0) {
            throw new PosixException(call.callName(), subject.toString(), (int) -result);
        }
        return result;
    }

    /**
     * One thread's memory for arguments and results. Regions don't overlap: two paths, one block of structure, one
     * block of bulk data.
     */
    static final class Scratch {
        static final int PATH_BYTES = 8192;
        static final int BLOCK_BYTES = 1024;
        static final int BULK_BYTES = 128 * 1024;

        final MemorySegment errno;
        private final MemorySegment firstPath;
        private final MemorySegment secondPath;
        final MemorySegment block;
        private @Nullable MemorySegment bulk;

        private Scratch() {
            Arena arena = Arena.ofAuto();
            errno = arena.allocate(Linker.Option.captureStateLayout());
            firstPath = arena.allocate(PATH_BYTES, 8);
            secondPath = arena.allocate(PATH_BYTES, 8);
            block = arena.allocate(BLOCK_BYTES, 8);
        }

        /** Room for file contents and directory listings; made when first asked for. */
        MemorySegment bulk() {
            if (bulk == null) {
                bulk = Arena.ofAuto().allocate(BULK_BYTES, 8);
            }
            return bulk;
        }

        /** Lays a path down as a C string and gives its address. */
        long path(PathBytes path) throws PosixException {
            return cString(firstPath, path.toByteArray(), path);
        }

        long path(byte[] path) throws PosixException {
            return cString(firstPath, path, PathBytes.of(path));
        }

        long secondPath(PathBytes path) throws PosixException {
            return cString(secondPath, path.toByteArray(), path);
        }

        long secondPath(byte[] text) throws PosixException {
            return cString(secondPath, text, PathBytes.of(text));
        }

        private static long cString(MemorySegment room, byte[] bytes, PathBytes shown) throws PosixException {
            if (bytes.length >= PATH_BYTES) {
                throw new PosixException("path", shown.toString(), Errno.ENAMETOOLONG);
            }
            MemorySegment.copy(bytes, 0, room, JAVA_BYTE, 0, bytes.length);
            room.set(JAVA_BYTE, bytes.length, (byte) 0);
            return room.address();
        }
    }
}
