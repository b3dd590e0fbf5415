package dev.slipway.network;

import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a server sends, for a reader that may be interrupted. Nothing but the socket's end wakes a platform thread that
 * waits for a socket, and virtual threads are no way out: in a native executable they can't call the system by the
 * foreign function interface, and have missed bytes that had come. So a daemon thread waits for the server, and is left
 * to itself when its reader is interrupted: it closes what it has once the server lets go of it. Until then it may still
 * write into the array that the interrupted reader gave.
 */
public final class InterruptibleStream extends BlockInputStream {
    private final ExecutorService waiting;
    private final InputStream in;
    private boolean abandoned;

    private InterruptibleStream(ExecutorService waiting, InputStream in) {
        this.waiting = waiting;
        this.in = in;
    }

    /**
     * Asks the server and returns its answer.
     *
     * @throws InterruptedIOException if the thread is interrupted, then or later; it still is afterwards
     */
    public static InputStream open(Callable<InputStream> opening) throws IOException {
        ExecutorService waiting = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("server").factory());
        Future<InputStream> answer = waiting.submit(opening);
        boolean isOpen = false;
        try {
            InputStream stream = new InterruptibleStream(waiting, await(answer));
            isOpen = true;
            return stream;
        } finally {
            if (!isOpen) {
                waiting.submit(() -> {
                    answer.get().close();
                    return answer;
                });
                waiting.shutdown();
            }
        }
    }

    private static <T> T await(Future<T> answer) throws IOException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while a server was waited for");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IOException(e.getCause());
            }
        }
    }

    /** Waits for as much as there is room for, so that the threads seldom change. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        Future<Integer> got = waiting.submit(() -> in.readNBytes(into, offset, length));
        try {
            int count = await(got);
            return count == 0 ? -1 : count;
        } finally {
            abandoned = !got.isDone();
        }
    }

    /** Closes the server's answer; after an interrupt later, by the thread that waits for it still. */
    @Override
    public void close() throws IOException {
        if (waiting.isShutdown()) {
            return;
        }
        try {
            if (abandoned) {
                waiting.submit(() -> {
                    in.close();
                    return in;
                });
            } else {
                in.close();
            }
        } finally {
            waiting.shutdown();
        }
    }
}
