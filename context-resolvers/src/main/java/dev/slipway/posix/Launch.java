package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The start of a program by a child that makes system calls of its own first, as one that is born into a process
 * namespace must: only from inside can {@code /proc} be mounted for it, and posix_spawn(3) knows no such action.
 *
 * <p>A child of a process with a garbage collector can't run Java. So what it does is laid out beforehand as a chain of
 * contexts (makecontext(3)), each of which calls one C function and goes on to the next: clone(2), which shares the
 * memory and holds the calling thread as vfork(2) does, starts the child in the first one, and execve(2) is the last but
 * two. A step can't look at what the one before it gave; those that may fail are of the kind that may.
 */
public final class Launch implements AutoCloseable {
    private static final long CLONE_VM = 0x100;
    private static final long CLONE_VFORK = 0x4000;
    private static final long SIGCHLD = 17;
    private static final int LAST_SIGNAL = 64;
    private static final int SIGSET_BYTES = 8;
    private static final int SIG_SETMASK = 2;
    private static final int CLOEXEC = 02000000;
    private static final int STATUS_OF_NO_PROGRAM = 127;

    private static final int PR_SET_PDEATHSIG = 1;

    /** Where the child keeps the pipe that tells why a program could not be executed. */
    private static final int REPORT = 3;

    private static final int STACK_BYTES = 16 * 1024;
    /** More than any C library's ucontext_t; aarch64 has room for wide vectors in it. */
    private static final int CONTEXT_BYTES = System.getProperty("os.arch").equals("amd64") ? 1536 : 8192;

    private final Arena arena = Arena.ofConfined();
    private final List<Step> steps = new ArrayList<>();

    /** A C function by its address, and what it is called with. */
    private record Step(long function, long... arguments) {}

    /**
     * Goes through a start that fails. Every class that a start takes is loaded then, which can't be done any more by a
     * thread that has another root.
     */
    public static void rehearse() throws IOException {
        try (Launch launch = new Launch()) {
            byte[] nothing = "/dev/null/nothing".getBytes(UTF_8);
            int refused = launch.start(nothing, List.of(nothing), List.of(), -1, -1, -1);
            if (refused >= 0) {
                throw new IllegalStateException("a program that can't be there was started");
            }
        }
    }

    /** The child mounts this, as {@link Mounts#mount} does; paths are seen from the root that it inherits. */
    public Launch mount(String source, String target, String type, long flags, String options) {
        return call(SystemCall.MOUNT, text(source), text(target), text(type), flags, text(options));
    }

    /** The child shows {@code source} at {@code target} as well. */
    public Launch bind(String source, String target) {
        return call(SystemCall.MOUNT, text(source), text(target), text(""), Mounts.BIND | Mounts.RECURSIVE, text(""));
    }

    /** The child makes an existing mount read-only; the flags that it has must be given again. */
    public Launch makeReadOnly(String target, long flags) {
        long all = Mounts.REMOUNT | Mounts.BIND | Mounts.READ_ONLY | flags;
        return call(SystemCall.MOUNT, text("none"), text(target), text(""), all, text(""));
    }

    /** The child sets a limit of its own, setrlimit(2), before its program begins; raising a hard one takes a capability. */
    public Launch limit(int resource, long soft, long hard) {
        MemorySegment limit = arena.allocate(16, 8);
        limit.set(JAVA_LONG, 0, soft);
        limit.set(JAVA_LONG, 8, hard);
        return call(SystemCall.PRLIMIT, 0, resource, limit.address(), 0);
    }

    private Launch call(SystemCall call, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = call.number();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        steps.add(new Step(Functions.SYSCALL, all));
        return this;
    }

    /**
     * Starts a program as the calling thread sees it, in a session of its own, with default signal handling and no other
     * descriptors than these three. It is killed when the calling thread ends, by itself or with the process.
     *
     * @param program the program's path in the thread's root
     * @return its process id, in our process namespace; or, if this program can't be started, the negative error number:
     *     ENOENT, EACCES, ENOEXEC …
     */
    public int start(
            byte[] program, List<byte[]> arguments, List<byte[]> environment, int stdin, int stdout, int stderr)
            throws IOException {
        try (Pipe report = Pipe.open()) {
            // Descriptors go before what takes time: one that another thread writes a program to would keep it busy.
            List<Step> asked = List.copyOf(steps);
            steps.clear();
            resetSignals();
            call(SystemCall.PRCTL, PR_SET_PDEATHSIG, Processes.SIGKILL);
            call(SystemCall.SETSID);
            call(SystemCall.DUP3, stdin, 0, 0);
            call(SystemCall.DUP3, stdout, 1, 0);
            call(SystemCall.DUP3, stderr, 2, 0);
            call(SystemCall.DUP3, report.writeEnd().fd(), REPORT, CLOEXEC);
            steps.add(new Step(Functions.CLOSEFROM, REPORT + 1));
            steps.addAll(asked);
            int execution = steps.size();
            call(SystemCall.EXECVE, text(program), vector(arguments), vector(environment));
            call(SystemCall.WRITE, REPORT, Functions.errnoAddress(), Integer.BYTES);
            call(SystemCall.EXIT_GROUP, STATUS_OF_NO_PROGRAM);
            int pid = born(execution);
            report.writeEnd().close();
            byte[] errno = new byte[Integer.BYTES];
            if (report.readEnd().read(errno, 0, errno.length) < 0) {
                return pid;
            }
            Processes.reap(pid);
            return -MemorySegment.ofArray(errno).get(JAVA_INT_UNALIGNED, 0);
        }
    }

    /** Has the child handle by default what this process catches or ignores; until its program runs it gets no signal. */
    private void resetSignals() {
        MemorySegment now = arena.allocate(64, 8);
        long byDefault = arena.allocate(64, 8).address();
        for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
            long asked = Native.call(SystemCall.RT_SIGACTION, signal, 0, now.address(), SIGSET_BYTES);
            if (asked == 0 && now.get(JAVA_LONG, 0) != 0) {
                call(SystemCall.RT_SIGACTION, signal, byDefault, 0, SIGSET_BYTES);
            }
        }
    }

    /** Lays the steps out and runs the child up to its program, or to its end. */
    private int born(int execution) throws IOException {
        MemorySegment every = arena.allocate(SIGSET_BYTES, 8).fill((byte) 0xff);
        MemorySegment none = arena.allocate(SIGSET_BYTES, 8);
        MemorySegment before = arena.allocate(SIGSET_BYTES, 8);
        MemorySegment contexts = arena.allocate((long) CONTEXT_BYTES * steps.size(), 64);
        MemorySegment stacks = arena.allocate((long) STACK_BYTES * (steps.size() + 1), 64);
        setMask(every, before.address());
        try {
            for (int i = 0; i < steps.size(); i++) {
                // A context brings the mask of the moment in which it was made, and a program keeps it.
                if (i == execution) {
                    setMask(none, 0);
                }
                layOut(steps.get(i), i, contexts, stacks);
                if (i == execution) {
                    setMask(every, 0);
                }
            }
            long top = stacks.address() + stacks.byteSize();
            long pid = Functions.invoke(
                    Functions.CLONE, Functions.SETCONTEXT, top, CLONE_VM | CLONE_VFORK | SIGCHLD, contexts.address());
            return (int) Native.check(pid, SystemCall.CLONE, "");
        } finally {
            setMask(before, 0);
        }
    }

    private static void layOut(Step step, int index, MemorySegment contexts, MemorySegment stacks) throws IOException {
        MemorySegment context = contexts.asSlice((long) index * CONTEXT_BYTES, CONTEXT_BYTES);
        Native.check(Functions.invoke(Functions.GETCONTEXT, context.address(), 0, 0, 0), SystemCall.CLONE, "context");
        // ucontext_t begins alike everywhere: flags, link, and the stack's address, flags and size.
        context.set(JAVA_LONG, 8, context.address() + CONTEXT_BYTES);
        context.set(JAVA_LONG, 16, stacks.address() + (long) index * STACK_BYTES);
        context.set(JAVA_INT, 24, 0);
        context.set(JAVA_LONG, 32, STACK_BYTES);
        Functions.makeContext(context.address(), step.function, step.arguments);
    }

    private static void setMask(MemorySegment mask, long before) throws IOException {
        Native.check(
                Native.call(SystemCall.RT_SIGPROCMASK, SIG_SETMASK, mask.address(), before, SIGSET_BYTES),
                SystemCall.RT_SIGPROCMASK,
                "");
    }

    private long text(String text) {
        return text(text.getBytes(UTF_8));
    }

    private long text(byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment.address();
    }

    private long vector(List<byte[]> texts) {
        MemorySegment vector = arena.allocate(JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            vector.setAtIndex(JAVA_LONG, i, text(texts.get(i)));
        }
        return vector.address();
    }

    @Override
    public void close() {
        arena.close();
    }
}
