package dev.slipway.network;

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
 * What a server sends, for a reader on a platform thread who may be interrupted. An interrupt closes the socket that a
 * virtual thread waits for, and leaves a platform thread waiting; but whoever calls the system by the foreign function
 * interface has to be a platform thread, as a native executable can do so on no other. So one waits for the other.
 */
public final class InterruptibleStream extends InputStream {
    private final ExecutorService virtual;
    private final InputStream in;

    private InterruptibleStream(ExecutorService virtual, InputStream in) {
        this.virtual = virtual;
        this.in = in;
    }

    /**
     * Asks the server and returns its answer.
     *
     * @throws InterruptedIOException if the thread is interrupted, then or later; it still is afterwards
     */
    public static InputStream open(Callable<InputStream> opening) throws IOException {
        ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
        try {
            return new InterruptibleStream(virtual, await(virtual.submit(opening)));
        } catch (IOException | RuntimeException e) {
            virtual.shutdownNow();
            throw e;
        }
    }

    private static <T> T await(Future<T> answer) throws IOException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
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

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Waits for as much as there is room for, so that the threads seldom change. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        int count = await(virtual.submit(() -> in.readNBytes(into, offset, length)));
        return count == 0 ? -1 : count;
    }

    @Override
    public void close() throws IOException {
        virtual.shutdownNow();
        in.close();
    }
}
