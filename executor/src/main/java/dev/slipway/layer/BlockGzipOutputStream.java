package dev.slipway.layer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses blocks of 1 MiB in parallel into one gzip member (RFC 1952) that any reader takes. Each block is primed with
 * the 32 KiB before it, so next to nothing is lost against one long stream, and ends at a byte boundary, so blocks can be
 * put together. The bytes depend on the content and the level alone, never on the number of threads.
 *
 * <p>At most {@code inFlight} blocks are held at a time. {@link #finish} completes the member; {@link #close} only lets go
 * of what the compression holds, and leaves the stream below open.
 */
final class BlockGzipOutputStream extends OutputStream {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int DICTIONARY_BYTES = 1 << 15;
    private static final int DEFLATE = 8;
    private static final int UNKNOWN_SYSTEM = 255;
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, DEFLATE, 0, 0, 0, 0, 0, 0, (byte) UNKNOWN_SYSTEM};

    private final OutputStream out;
    private final ExecutorService workers;
    private final int level;
    private final int inFlight;
    private final ArrayDeque<Future<Block>> running = new ArrayDeque<>();
    private final ArrayDeque<Block> free = new ArrayDeque<>();
    private final Queue<Deflater> deflaters = new ConcurrentLinkedQueue<>();
    private final CRC32 crc = new CRC32();
    private Block current = new Block();
    private long totalBytes;

    BlockGzipOutputStream(OutputStream out, int level, ExecutorService workers, int inFlight) throws IOException {
        if (level < 0 || level > 9 || inFlight < 1) {
            throw new IllegalArgumentException("level " + level + ", blocks in flight " + inFlight);
        }
        this.out = out;
        this.level = level;
        this.workers = workers;
        this.inFlight = inFlight;
        out.write(HEADER);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        crc.update(bytes, offset, length);
        totalBytes += length;
        int done = 0;
        while (done < length) {
            if (current.length == BLOCK_BYTES) {
                Block next = free.isEmpty() ? new Block() : free.pop();
                next.follow(current);
                submit(current);
                current = next;
            }
            int part = Math.min(length - done, BLOCK_BYTES - current.length);
            System.arraycopy(bytes, offset + done, current.input, DICTIONARY_BYTES + current.length, part);
            current.length += part;
            done += part;
        }
    }

    /** Compresses what is left and writes the member's end. */
    void finish() throws IOException {
        current.last = true;
        submit(current);
        while (!running.isEmpty()) {
            writeOldest();
        }
        byte[] trailer = new byte[8];
        littleEndian((int) crc.getValue(), trailer, 0);
        littleEndian((int) totalBytes, trailer, 4);
        out.write(trailer);
    }

    private static void littleEndian(int value, byte[] bytes, int offset) {
        for (int i = 0; i < 4; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    private void submit(Block block) throws IOException {
        while (running.size() >= inFlight) {
            writeOldest();
        }
        running.add(workers.submit(() -> {
            compress(block);
            return block;
        }));
    }

    private void writeOldest() throws IOException {
        Block block = await(running.remove());
        out.write(block.output, 0, block.outputLength);
        free.push(block);
    }

    private static Block await(Future<Block> compressed) throws IOException {
        try {
            return compressed.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a layer was compressed");
        } catch (ExecutionException e) {
            throw new IOException("could not compress a layer: " + e.getCause(), e.getCause());
        }
    }

    private void compress(Block block) {
        Deflater deflater = deflaters.poll();
        if (deflater == null) {
            deflater = new Deflater(level, true);
        }
        try {
            block.deflate(deflater);
        } finally {
            deflater.reset();
            deflaters.add(deflater);
        }
    }

    /** Waits for the blocks still being compressed, and frees zlib's memory. */
    @Override
    public void close() {
        while (!running.isEmpty()) {
            settle(running.remove());
        }
        for (Deflater deflater = deflaters.poll(); deflater != null; deflater = deflaters.poll()) {
            deflater.end();
        }
    }

    private static void settle(Future<Block> block) {
        try {
            block.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // The stream is given up; whoever gave it up has the first failure in hand.
            return;
        }
    }

    private static final class Block {
        private final byte[] input = new byte[DICTIONARY_BYTES + BLOCK_BYTES];
        private byte[] output = new byte[BLOCK_BYTES / 2];
        private int dictionaryLength;
        private int length;
        private int outputLength;
        private boolean last;

        /** Makes this the block after another one, with that one's end as its dictionary. */
        void follow(Block previous) {
            dictionaryLength = DICTIONARY_BYTES;
            System.arraycopy(previous.input, previous.length, input, 0, DICTIONARY_BYTES);
            length = 0;
        }

        void deflate(Deflater deflater) {
            if (dictionaryLength > 0) {
                deflater.setDictionary(input, 0, dictionaryLength);
            }
            deflater.setInput(input, DICTIONARY_BYTES, length);
            if (last) {
                deflater.finish();
            }
            outputLength = 0;
            while (true) {
                int room = output.length - outputLength;
                int made = deflater.deflate(output, outputLength, room, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
                outputLength += made;
                if (last ? deflater.finished() : made < room) {
                    return;
                }
                if (outputLength == output.length) {
                    output = Arrays.copyOf(output, output.length + BLOCK_BYTES / 4);
                }
            }
        }
    }
}
