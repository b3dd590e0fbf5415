package dev.slipway.archive.tar;

import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of the entry that a {@link TarReader} stands at, holes filled with zeros. It ends with the entry, and is
 * of no use after the reader has moved on.
 */
public final class TarContent extends BlockInputStream {
    private final InputStream in;
    private final String entry;
    private final @Nullable SparseMap map;
    private final long sizeBytes;
    private long storedLeft;
    private long position;
    private int segment;

    TarContent(InputStream in, String entry, long sizeBytes, long storedBytes, @Nullable SparseMap map) {
        this.in = in;
        this.entry = entry;
        this.sizeBytes = sizeBytes;
        this.storedLeft = storedBytes;
        this.map = map;
    }

    /**
     * Passes over the hole that begins here, without making zeros of it.
     *
     * @return how many bytes were passed over; 0 where data comes next, or the end
     */
    public long skipHole() {
        long hole = holeLeft();
        position += hole;
        return hole;
    }

    private long holeLeft() {
        if (map == null) {
            return 0;
        }
        while (segment < map.count() && position >= map.end(segment)) {
            segment++;
        }
        long next = segment == map.count() ? sizeBytes : map.offset(segment);
        return Math.max(0, next - position);
    }

    private long dataLeft() {
        return map == null || segment == map.count() ? sizeBytes - position : map.end(segment) - position;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        if (position >= sizeBytes) {
            return -1;
        }
        long hole = holeLeft();
        if (hole > 0) {
            int zeros = (int) Math.min(hole, length);
            Arrays.fill(buffer, offset, offset + zeros, (byte) 0);
            position += zeros;
            return zeros;
        }
        int read = in.read(buffer, offset, (int) Math.min(dataLeft(), length));
        if (read < 0) {
            throw new TarException(entry + ": the archive ends " + storedLeft + " bytes before the end of its content");
        }
        position += read;
        storedLeft -= read;
        return read;
    }

    /** What of the entry is still to be passed over in the archive, without its padding. */
    long storedLeft() {
        return storedLeft;
    }
}
