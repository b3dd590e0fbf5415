package dev.slipway.layer;

import dev.slipway.posix.OpenFile;
import java.io.IOException;
import java.util.Arrays;

/** Writes contents into new files, leaves out long runs of zeros, and takes checksums of what passes. */
final class FileWriter {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int SPARSE_FROM_BYTES = 1 << 20;
    private static final int SMALLEST_HOLE_BYTES = 1 << 12;
    private static final byte[] ZEROS = new byte[BUFFER_BYTES];

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ContentChecksum checksum = new ContentChecksum();
    private final boolean takesChecksums;

    FileWriter(boolean takesChecksums) {
        this.takesChecksums = takesChecksums;
    }

    boolean takesChecksums() {
        return takesChecksums;
    }

    /** The checksum of the file written last; 0 if none are taken. */
    long checksum() {
        return takesChecksums ? checksum.value() : 0;
    }

    void write(LayerEntry.File file, OpenFile out) throws IOException {
        checksum.reset();
        boolean largeEnough = file.sizeBytes() >= SPARSE_FROM_BYTES;
        boolean endsInHole = false;
        long position = 0;
        try (FileContent.Source source = file.content().open()) {
            while (true) {
                long hole = source.skipHole();
                if (hole > 0) {
                    position += hole;
                    out.position(position);
                    endsInHole = true;
                    addZeros(hole);
                }
                int read = source.read(buffer, 0, buffer.length);
                if (read < 0) {
                    break;
                }
                position += read;
                if (takesChecksums) {
                    checksum.update(buffer, 0, read);
                }
                endsInHole = largeEnough
                        && read >= SMALLEST_HOLE_BYTES
                        && Arrays.mismatch(buffer, 0, read, ZEROS, 0, read) < 0;
                if (endsInHole) {
                    out.position(position);
                } else {
                    out.write(buffer, 0, read);
                }
            }
        }
        if (endsInHole) {
            out.truncate(position);
        }
    }

    private void addZeros(long count) {
        if (!takesChecksums) {
            return;
        }
        for (long left = count; left > 0; left -= ZEROS.length) {
            checksum.update(ZEROS, 0, (int) Math.min(left, ZEROS.length));
        }
    }
}
