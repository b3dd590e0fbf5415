package dev.slipway.sandbox;

import dev.slipway.posix.Errno;
import dev.slipway.posix.Launch;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.Pipe;
import dev.slipway.posix.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One run of a command, from its start to its last line.
 *
 * <p>Two platform threads take part. One becomes what the command shall be, starts it and stays until it has ended,
 * since the kernel kills the command when that thread goes, with the whole process perhaps. The other one is left as it
 * is, passes the output on, and takes the status.
 */
final class Execution {
    private static final int ONE_HOUR_MILLIS = 3_600_000;

    private final CompletableFuture<Integer> started = new CompletableFuture<>();
    private volatile @Nullable Throwable lateFailure;
    private int pid;
    private boolean killed;
    private boolean reaped;

    /** Sets the calling thread up for a command. */
    interface Preparation {
        void run(Launch launch) throws IOException;
    }

    /** Waits for a started command to end, as a zombie, with all that belongs to it. */
    interface Ending {
        void await(int command) throws IOException;
    }

    /** Runs it; the calling thread must be a platform thread, as the other one must wake no virtual one. */
    ExitStatus run(Program program, Preparation preparation, Ending ending, Pipe out, Pipe err, OutputListener listener)
            throws IOException {
        Thread starter = Thread.ofPlatform().name("command").start(() -> startAndStay(program, preparation, ending));
        int errno = -await();
        if (errno > 0) {
            join(starter);
            throw program.failure(errno);
        }
        try {
            out.writeEnd().close();
            err.writeEnd().close();
            passOn(out.readEnd(), err.readEnd(), listener);
        } catch (IOException | RuntimeException | Error e) {
            kill();
            join(starter);
            reap();
            throw e;
        }
        join(starter);
        ExitStatus status = reap();
        Throwable late = lateFailure;
        if (late instanceof IOException failure) {
            throw failure;
        }
        if (late != null) {
            throw new IllegalStateException(late);
        }
        return status;
    }

    private void startAndStay(Program program, Preparation preparation, Ending ending) {
        try (Launch launch = new Launch()) {
            preparation.run(launch);
            int child = start(program, launch);
            started.complete(child);
            if (child > 0) {
                ending.await(child);
            }
        } catch (Throwable t) {
            if (!started.completeExceptionally(t)) {
                lateFailure = t;
            }
        }
    }

    private synchronized int start(Program program, Launch launch) throws IOException {
        if (killed) {
            return -Errno.EINTR;
        }
        pid = program.start(launch);
        return pid;
    }

    private int await() throws IOException {
        while (true) {
            try {
                return started.get();
            } catch (InterruptedException e) {
                kill();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException failure -> throw failure;
                    case RuntimeException failure -> throw failure;
                    case Error failure -> throw failure;
                    case null, default -> throw new IllegalStateException(e);
                }
            }
        }
    }

    /** What the thread held, namespaces and mounts above all, is free only once it has ended. */
    private void join(Thread starter) throws IOException {
        while (true) {
            try {
                starter.join();
                return;
            } catch (InterruptedException e) {
                kill();
            }
        }
    }

    /** Ends the command, or has it not start at all. Its whole process namespace goes with it. */
    synchronized void kill() throws IOException {
        killed = true;
        if (pid > 0 && !reaped) {
            Processes.kill(pid, Processes.SIGKILL);
        }
    }

    private synchronized ExitStatus reap() throws IOException {
        reaped = true;
        return ExitStatus.ofWait(Processes.reap(pid));
    }

    private static void passOn(OpenFile out, OpenFile err, OutputListener listener) throws IOException {
        LineSplitter outLines = new LineSplitter(OutputListener.Stream.STDOUT, listener);
        LineSplitter errLines = new LineSplitter(OutputListener.Stream.STDERR, listener);
        List<OpenFile> open = new ArrayList<>(List.of(out, err));
        byte[] buffer = new byte[32 * 1024];
        while (!open.isEmpty()) {
            boolean[] ready = Pipe.await(open, ONE_HOUR_MILLIS);
            for (int i = ready.length - 1; i >= 0; i--) {
                if (ready[i]) {
                    OpenFile stream = open.get(i);
                    int length = stream.read(buffer, 0, buffer.length);
                    LineSplitter lines = stream == out ? outLines : errLines;
                    if (length < 0) {
                        lines.end();
                        open.remove(i);
                    } else {
                        lines.add(buffer, length);
                    }
                }
            }
        }
    }
}
