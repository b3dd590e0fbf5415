package dev.slipway.archive.tar;

import java.io.IOException;
import java.io.InputStream;

/** The sparse map that GNU tar's format 1.0 puts before a file's data: decimal numbers in whole blocks. */
final class SparseMapText {
    private static final int MOST_DIGITS = 18;

    private final InputStream in;
    private final long limitBytes;
    private byte[] block = {};
    private int at;
    private long consumed;

    SparseMapText(InputStream in, long limitBytes) {
        this.in = in;
        this.limitBytes = limitBytes;
    }

    long number() throws IOException {
        long value = 0;
        for (int digits = 0; digits <= MOST_DIGITS; digits++) {
            byte b = nextByte();
            if (b == '\n' && digits > 0) {
                return value;
            }
            if (b < '0' || b > '9') {
                break;
            }
            value = value * 10 + b - '0';
        }
        throw new TarException("its sparse map holds something that is no number");
    }

    private byte nextByte() throws IOException {
        if (at == block.length) {
            if (consumed + HeaderBlock.SIZE > limitBytes) {
                throw new TarException("its sparse map is longer than its content");
            }
            block = in.readNBytes(HeaderBlock.SIZE);
            if (block.length < HeaderBlock.SIZE) {
                throw new TarException("the archive ends within its sparse map");
            }
            consumed += HeaderBlock.SIZE;
            at = 0;
        }
        return block[at++];
    }

    long consumedBytes() {
        return consumed;
    }
}
