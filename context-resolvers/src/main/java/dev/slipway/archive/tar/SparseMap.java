package dev.slipway.archive.tar;

import java.util.Arrays;

/** Where the data of a sparse file lies: ascending segments, everything between them is a hole. */
final class SparseMap {
    /** 16 TiB, the largest file of ext4; a larger claim is a bomb, not a file. */
    static final long LARGEST_FILE = 1L << 44;

    private static final int MOST_SEGMENTS = 1 << 20;

    private long[] offsets = new long[16];
    private long[] lengths = new long[16];
    private int count;
    private long end;
    private long dataBytes;

    void add(long offset, long length) throws TarException {
        if (count == MOST_SEGMENTS) {
            throw new TarException("its sparse map has more than " + MOST_SEGMENTS + " segments");
        }
        if (offset < end || length < 0 || offset > LARGEST_FILE || length > LARGEST_FILE - offset) {
            throw new TarException("its sparse map has an impossible segment of " + length + " bytes at " + offset);
        }
        end = offset + length;
        if (length == 0) {
            return;
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
        }
        offsets[count] = offset;
        lengths[count] = length;
        count++;
        dataBytes += length;
    }

    void check(long realSizeBytes, long storedBytes) throws TarException {
        if (realSizeBytes < end || realSizeBytes > LARGEST_FILE) {
            throw new TarException("its sparse map reaches to " + end + " in a file of " + realSizeBytes + " bytes");
        }
        if (storedBytes != dataBytes) {
            throw new TarException(
                    "its sparse map tells of " + dataBytes + " bytes of data, but " + storedBytes + " are stored");
        }
    }

    int count() {
        return count;
    }

    long offset(int segment) {
        return offsets[segment];
    }

    long end(int segment) {
        return offsets[segment] + lengths[segment];
    }
}
