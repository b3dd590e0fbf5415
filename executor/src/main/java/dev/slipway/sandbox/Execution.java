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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a command, from its start to its last line.
 *
 * <p>Two platform threads take part. One becomes what the command shall be, starts it and stays until it has ended,
 * since the kernel kills the command when that thread goes, with the whole process perhaps. The other one is left as it
 * is, passes the output on, and takes the status.
 */
final class Execution implements AutoCloseable {
    private static final int ONE_HOUR_MILLIS = 3_600_000;
    private static final int BUFFER_BYTES = 32 * 1024;
    /** So many take out of a pipe what is in it at a time: 64 KiB, pipe(7). */
    private static final int READS_AFTER_FAILURE = 2;

    private final Consumer<Execution> whenOver;
    private final CompletableFuture<Integer> started = new CompletableFuture<>();
    private volatile @Nullable Throwable lateFailure;
    private int pid;
    private boolean killed;
    private boolean reaped;

    /** @param whenOver is told when nobody will ask for this one's end any more */
    Execution(Consumer<Execution> whenOver) {
        this.whenOver = whenOver;
    }

    /** Sets the calling thread up for a command. */
    interface Preparation {
        void run(Launch launch) throws IOException;
    }

    /** Waits for a started command to end, as a zombie, with all that belongs to it. */
    interface Ending {
        void await(int command) throws IOException;
    }

    /** Runs it. */
    ExitStatus run(Program program, Preparation preparation, Ending ending, Pipe out, Pipe err, OutputListener listener)
            throws IOException {
        try (Pipe failed = Pipe.open()) {
            return run(program, preparation, ending, failed, out, err, listener);
        }
    }

    /** @param failed ends where the command's end could not be awaited, or what it left behind goes on */
    private ExitStatus run(
            Program program,
            Preparation preparation,
            Ending ending,
            Pipe failed,
            Pipe out,
            Pipe err,
            OutputListener listener)
            throws IOException {
        Thread starter =
                Thread.ofPlatform().name("command").start(() -> startAndStay(program, preparation, ending, failed));
        int errno = -await();
        if (errno > 0) {
            join(starter);
            throw program.failure(errno);
        }
        try {
            out.writeEnd().close();
            err.writeEnd().close();
            passOn(out.readEnd(), err.readEnd(), failed.readEnd(), listener);
        } catch (IOException | RuntimeException | Error e) {
            end(starter, e);
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

    private void end(Thread starter, Throwable reason) {
        try {
            kill();
            join(starter);
            reap();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void startAndStay(Program program, Preparation preparation, Ending ending, Pipe failed) {
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
                wake(failed, t);
            }
        }
    }

    private static void wake(Pipe failed, Throwable reason) {
        try {
            failed.writeEnd().close();
        } catch (IOException e) {
            reason.addSuppressed(e);
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

    @Override
    public void close() {
        whenOver.accept(this);
    }

    private synchronized ExitStatus reap() throws IOException {
        reaped = true;
        return ExitStatus.ofWait(Processes.reap(pid));
    }

    /** To the end of both, or until a failure: a process that can't be ended may hold them for ever. */
    private static void passOn(OpenFile out, OpenFile err, OpenFile failed, OutputListener listener)
            throws IOException {
        LineSplitter outLines = new LineSplitter(OutputListener.Stream.STDOUT, listener);
        LineSplitter errLines = new LineSplitter(OutputListener.Stream.STDERR, listener);
        List<OpenFile> open = new ArrayList<>(List.of(out, err));
        byte[] buffer = new byte[BUFFER_BYTES];
        int readsAfterFailure = 0;
        while (!open.isEmpty()) {
            List<OpenFile> awaited = new ArrayList<>(open);
            awaited.add(failed);
            boolean[] ready = Pipe.await(awaited, ONE_HOUR_MILLIS);
            boolean isAnyReady = false;
            for (int i = open.size() - 1; i >= 0; i--) {
                isAnyReady |= ready[i];
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
            if (ready[awaited.size() - 1] && (!isAnyReady || ++readsAfterFailure > READS_AFTER_FAILURE)) {
                outLines.end();
                errLines.end();
                return;
            }
        }
    }
}
