package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The names by which a layer says what is gone; OCI image spec, "Whiteouts". */
final class Whiteouts {
    /** What a directory holds whose lower content is gone. */
    static final PathBytes OPAQUE = PathBytes.of(".wh..wh..opq");

    private static final byte[] PREFIX = ".wh.".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AUFS_PREFIX = ".wh..wh.".getBytes(StandardCharsets.US_ASCII);

    private Whiteouts() {}

    /** Whether a name means something other than a file. */
    static boolean isReserved(PathBytes name) {
        return startsWith(name.toByteArray(), PREFIX);
    }

    /** AUFS's own bookkeeping, which images of its time contain; it says nothing about their files. */
    static boolean isAufsMetadata(PathBytes name) {
        return startsWith(name.toByteArray(), AUFS_PREFIX) && !name.equals(OPAQUE);
    }

    static PathBytes nameOf(PathBytes path) {
        byte[] name = path.name().toByteArray();
        byte[] marked = Arrays.copyOf(PREFIX, PREFIX.length + name.length);
        System.arraycopy(name, 0, marked, PREFIX.length, name.length);
        return path.parent().resolve(PathBytes.of(marked));
    }

    /** What a whiteout's name takes away; the empty path if it is no name. */
    static PathBytes targetOf(PathBytes name) {
        byte[] bytes = name.toByteArray();
        PathBytes target = PathBytes.of(Arrays.copyOfRange(bytes, PREFIX.length, bytes.length));
        return target.endsInDots() ? PathBytes.EMPTY : target;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
