package dev.slipway.archive;

import dev.slipway.stream.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What the members of a gzip stream hold, one after the other, each checked against its trailer (RFC 1952). Nothing but
 * members may follow the first, unless it is asked for that the rest be ignored.
 *
 * <p>Not {@code java.util.zip.GZIPInputStream}: it takes a member for the last one where the stream below has no bytes
 * available just then, as a network stream hasn't, and lets garbage follow. Not Commons Compress' class: it insists on
 * the subfields that the RFC gives an extra field, and the index of an old eStargz layer has none.
 */
final class GzipMembers extends BlockInputStream {
    private static final int CHECKSUM = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    private static final int RESERVED = 0xe0;
    private static final int DEFLATE = 8;

    private final InputStream in;
    private final byte[] buffer;
    private final boolean isRestIgnored;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private int position;
    private int limit;
    private boolean isFirst = true;
    private boolean isInMember;
    private boolean isAtRest;
    private boolean isClosed;

    GzipMembers(InputStream in, int bufferBytes, boolean isRestIgnored) {
        this.in = in;
        this.isRestIgnored = isRestIgnored;
        this.buffer = new byte[bufferBytes];
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (isClosed) {
            throw new IOException("the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (isInMember || beginMember()) {
            int count = inflate(into, offset, length);
            if (count > 0) {
                checksum.update(into, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            } else if (inflater.needsDictionary()) {
                throw new IOException("it needs a dictionary, which gzip has no place for");
            } else {
                giveInput();
            }
        }
        return -1;
    }

    private int inflate(byte[] into, int offset, int length) throws IOException {
        try {
            return inflater.inflate(into, offset, length);
        } catch (DataFormatException e) {
            throw new IOException(e.getMessage() == null ? "its deflated data is malformed" : e.getMessage(), e);
        }
    }

    private void giveInput() throws IOException {
        if (position == limit && !fill()) {
            throw cutOff();
        }
        inflater.setInput(buffer, position, limit - position);
        position = limit;
    }

    /** Passes a member's header; false at the end of the stream. */
    private boolean beginMember() throws IOException {
        if (isAtRest || (position == limit && !fill())) {
            if (isFirst) {
                throw cutOff();
            }
            return false;
        }
        if (next() != 0x1f || next() != 0x8b) {
            if (!isFirst && isRestIgnored) {
                isAtRest = true;
                return false;
            }
            throw new IOException(isFirst ? "not gzip" : "something that isn't gzip follows the last member");
        }
        if (next() != DEFLATE) {
            throw new IOException("its compression method is none that gzip knows");
        }
        int flags = next();
        if ((flags & RESERVED) != 0) {
            throw new IOException("reserved flags are set in a member's header");
        }
        // Time of modification, extra flags, operating system.
        pass(6);
        if ((flags & EXTRA) != 0) {
            pass(littleEndian(2));
        }
        if ((flags & NAME) != 0) {
            passText();
        }
        if ((flags & COMMENT) != 0) {
            passText();
        }
        if ((flags & CHECKSUM) != 0) {
            pass(2);
        }
        isFirst = false;
        isInMember = true;
        return true;
    }

    private void endMember() throws IOException {
        position -= inflater.getRemaining();
        if (littleEndian(4) != checksum.getValue()) {
            throw new IOException("a member's checksum is wrong");
        }
        if (littleEndian(4) != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw new IOException("a member's length is wrong");
        }
        inflater.reset();
        checksum.reset();
        isInMember = false;
    }

    private void passText() throws IOException {
        while (next() != 0) {
            continue;
        }
    }

    private void pass(long bytes) throws IOException {
        for (long i = 0; i < bytes; i++) {
            next();
        }
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << (8 * i);
        }
        return value;
    }

    private int next() throws IOException {
        if (position == limit && !fill()) {
            throw cutOff();
        }
        return buffer[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(0, count);
        return count > 0;
    }

    private static EOFException cutOff() {
        return new EOFException("it ends within a member");
    }

    @Override
    public void close() throws IOException {
        if (!isClosed) {
            isClosed = true;
            inflater.end();
        }
        in.close();
    }
}
