package dev.slipway.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/** Gathers small writes until they are a block that is worth a call; larger ones pass as they come. */
public abstract class BlockOutputStream extends OutputStream {
    private final byte[] block;
    private int gathered;

    protected BlockOutputStream(int blockBytes) {
        block = new byte[blockBytes];
    }

    /** Takes what was gathered, or one large write. */
    protected abstract void pass(byte[] bytes, int offset, int length) throws IOException;

    /** How many bytes have been written and not yet passed on. */
    protected final int gathered() {
        return gathered;
    }

    @Override
    public final void write(int b) throws IOException {
        if (gathered == block.length) {
            flush();
        }
        block[gathered++] = (byte) b;
    }

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > block.length - gathered) {
            flush();
        }
        if (length >= block.length) {
            pass(bytes, offset, length);
        } else {
            System.arraycopy(bytes, offset, block, gathered, length);
            gathered += length;
        }
    }

    @Override
    public final void flush() throws IOException {
        int length = gathered;
        gathered = 0;
        if (length > 0) {
            pass(block, 0, length);
        }
    }

    /**
     * Writes everything that a stream has, which is read straight into the block.
     *
     * @throws InterruptedIOException if the thread was interrupted, which it stays
     */
    public final void drain(InputStream in) throws IOException {
        int count = in.read(block, gathered, block.length - gathered);
        while (count >= 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while a stream was read");
            }
            gathered += count;
            if (gathered == block.length) {
                flush();
            }
            count = in.read(block, gathered, block.length - gathered);
        }
    }
}
