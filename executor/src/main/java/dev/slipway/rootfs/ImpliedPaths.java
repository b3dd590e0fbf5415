package dev.slipway.rootfs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The index of an extracted layer: a first line that names the format, the number of paths, then each implied directory's
 * path with a NUL behind it. The root is the empty path.
 */
final class ImpliedPaths {
    private static final byte[] HEADING = "slipway layer 1\n".getBytes(US_ASCII);
    private static final int LARGEST_BYTES = 1 << 26;

    private ImpliedPaths() {}

    static void write(Directory place, PathBytes name, Collection<PathBytes> paths) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(HEADING);
        bytes.writeBytes((paths.size() + "\n").getBytes(US_ASCII));
        for (PathBytes path : paths) {
            bytes.writeBytes(path.toByteArray());
            bytes.write(0);
        }
        try (OpenFile file = place.createFile(name, 0644)) {
            file.write(bytes.toByteArray(), 0, bytes.size());
        }
    }

    /** The paths, or nothing if the file isn't whole: the machine may have stopped before it reached the disk. */
    static Optional<Set<PathBytes>> read(OpenFile file) throws IOException {
        byte[] bytes = file.in().readNBytes(LARGEST_BYTES);
        if (bytes.length < HEADING.length || !Arrays.equals(HEADING, 0, HEADING.length, bytes, 0, HEADING.length)) {
            return Optional.empty();
        }
        int at = HEADING.length;
        long count = 0;
        for (; at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && count < bytes.length; at++) {
            count = count * 10 + bytes[at] - '0';
        }
        Set<PathBytes> paths = new LinkedHashSet<>();
        for (int start = ++at; at < bytes.length; at++) {
            if (bytes[at] == 0) {
                paths.add(PathBytes.of(Arrays.copyOfRange(bytes, start, at)));
                start = at + 1;
            }
        }
        return paths.size() == count ? Optional.of(paths) : Optional.empty();
    }
}
