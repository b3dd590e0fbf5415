package dev.slipway.context.bucket;

import dev.slipway.context.ResumingDownload;
import dev.slipway.context.ResumingDownload.Part;
import dev.slipway.context.Retries;
import dev.slipway.stream.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One object as one stream, read by ranged requests that run ahead side by side and are handed on in order: a single
 * connection to an object store carries a fraction of what the store can give (contexts.md, "Rules").
 *
 * <p>Every request asks for the version that was looked up, so parts of two versions are never mixed; a part that breaks
 * off is resumed by {@link ResumingDownload}. Memory is {@link #PARTS} buffers, whatever the object's size.
 *
 * <p>Not for use by several threads.
 */
final class OrderedParts extends BlockInputStream {
    /** Large enough that the wait for an answer doesn't count, small enough for a modest pod. */
    static final int PART_BYTES = 8 << 20;

    /** Buffers in all: one is read from while the others are filled. */
    static final int PARTS = 4;

    private final Bucket bucket;
    private final StoredObject object;
    private final Retries retries;
    private final ExecutorService readers = Executors.newFixedThreadPool(
            PARTS, Thread.ofPlatform().daemon().name("part-", 0).factory());
    private final Deque<Future<Filled>> ahead = new ArrayDeque<>();
    private long askedBytes;
    private @Nullable Filled current;
    private int position;

    private record Filled(byte[] buffer, int length) {}

    OrderedParts(Bucket bucket, StoredObject object, Retries retries) {
        this.bucket = bucket;
        this.object = object;
        this.retries = retries;
        for (int part = 0; part < PARTS && askedBytes < object.sizeBytes(); part++) {
            ask(new byte[(int) Math.min(PART_BYTES, object.sizeBytes() - askedBytes)]);
        }
    }

    private void ask(byte[] buffer) {
        long offset = askedBytes;
        int length = (int) Math.min(buffer.length, object.sizeBytes() - offset);
        if (length > 0) {
            askedBytes += length;
            ahead.add(readers.submit(() -> fill(buffer, offset, length)));
        }
    }

    private Filled fill(byte[] buffer, long offset, int length) throws IOException {
        try (InputStream part = download(bucket, object, offset, length, retries)) {
            int read = 0;
            while (read < length) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("nobody reads on");
                }
                int more = part.read(buffer, read, length - read);
                if (more < 0) {
                    throw new EOFException("%s ended after %d of %d bytes"
                            .formatted(bucket.uriOf(object.key()), offset + read, object.sizeBytes()));
                }
                read += more;
            }
            return new Filled(buffer, length);
        }
    }

    /** A range of an object that outlives its connections. */
    static InputStream download(Bucket bucket, StoredObject object, long offset, long length, Retries retries)
            throws IOException {
        return ResumingDownload.start(
                bucket.uriOf(object.key()),
                (skip, version) -> new Part(
                        bucket.read(object, offset + skip, length - skip),
                        skip,
                        OptionalLong.of(length),
                        Optional.of(object.version()),
                        Optional.empty()),
                retries);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        Filled part = current;
        if (part == null || position == part.length()) {
            if (part != null) {
                ask(part.buffer());
            }
            part = next();
            current = part;
            position = 0;
            if (part == null) {
                return -1;
            }
        }
        int read = Math.min(length, part.length() - position);
        System.arraycopy(part.buffer(), position, bytes, offset, read);
        position += read;
        return read;
    }

    private @Nullable Filled next() throws IOException {
        Future<Filled> first = ahead.poll();
        if (first == null) {
            return null;
        }
        try {
            return first.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while reading " + bucket.uriOf(object.key()));
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** Ends the requests that run, each with its next bytes: nobody waits for a server that sends none. */
    @Override
    public void close() {
        readers.shutdownNow();
    }
}
