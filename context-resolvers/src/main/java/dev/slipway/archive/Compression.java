package dev.slipway.archive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The compressions that archives and layers come in, recognised by their first bytes: names and media types lie often
 * enough.
 */
public enum Compression {
    NONE("not compressed"),
    GZIP("gzip"),
    BZIP2("bzip2"),
    XZ("xz"),
    ZSTD("zstd");

    /** How many bytes {@link #of} needs to see. */
    public static final int MAGIC_BYTES = 10;

    private static final int BUFFER_BYTES = 1 << 16;
    // xz -9 asks for 65 MiB; a header may claim 4 GiB.
    private static final int XZ_MEMORY_KIB = 256 << 10;
    // 128 MiB, what zstd itself decodes unless told otherwise.
    private static final int ZSTD_LARGEST_WINDOW_LOG = 27;
    private static final byte[] XZ_MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
    private static final byte[] BZIP2_BLOCK = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    private static final byte[] BZIP2_END = {0x17, 0x72, 0x45, 0x38, 0x50, (byte) 0x90};

    private final String words;

    Compression(String words) {
        this.words = words;
    }

    /** Recognises a compression by the first bytes of a stream. */
    public static Compression of(byte[] head) {
        if (head.length >= 3 && head[0] == 0x1f && head[1] == (byte) 0x8b && head[2] == 8) {
            return GZIP;
        }
        if (head.length >= 4
                && head[1] == (byte) 0xb5
                && head[2] == 0x2f
                && head[3] == (byte) 0xfd
                && head[0] == 0x28) {
            return ZSTD;
        }
        // A skippable frame may come first.
        if (head.length >= 4 && (head[0] & 0xf0) == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18) {
            return ZSTD;
        }
        if (startsWith(head, 0, XZ_MAGIC)) {
            return XZ;
        }
        if (head.length >= 4
                && head[0] == 'B'
                && head[1] == 'Z'
                && head[2] == 'h'
                && head[3] >= '1'
                && head[3] <= '9') {
            return startsWith(head, 4, BZIP2_BLOCK) || startsWith(head, 4, BZIP2_END) ? BZIP2 : NONE;
        }
        return NONE;
    }

    private static boolean startsWith(byte[] bytes, int offset, byte[] expected) {
        return bytes.length >= offset + expected.length
                && Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** What was recognised in a stream, and the stream from its beginning. */
    public record Detected(Compression compression, InputStream stream) {}

    /** Looks at the first bytes of a stream without consuming them from the one that is returned. */
    public static Detected detect(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        buffered.mark(MAGIC_BYTES);
        byte[] head = buffered.readNBytes(MAGIC_BYTES);
        buffered.reset();
        return new Detected(of(head), buffered);
    }

    /**
     * Decompresses a stream to its end, over all its members or frames. Closing the result closes {@code in}.
     */
    public InputStream decompress(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GzipMembers(in, BUFFER_BYTES, false);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case XZ -> new XZInputStream(in, XZ_MEMORY_KIB);
            case ZSTD -> new ZstdInputStreamNoFinalizer(in).setLongMax(ZSTD_LARGEST_WINDOW_LOG);
        };
    }

    /** The same, but what follows a gzip stream and is none is left unread, as gzip(1) does and tar(1) with it. */
    public InputStream decompressIgnoringRest(InputStream in) throws IOException {
        return this == GZIP ? new GzipMembers(in, BUFFER_BYTES, true) : decompress(in);
    }

    @Override
    public String toString() {
        return words;
    }
}
