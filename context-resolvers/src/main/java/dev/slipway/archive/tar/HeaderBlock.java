package dev.slipway.archive.tar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One 512-byte header block: where its fields lie and how numbers are written in them. POSIX.1-2017 pax, "ustar
 * Interchange Format"; GNU tar's base-256 numbers and sparse fields are read, too.
 */
final class HeaderBlock {
    static final int SIZE = 512;
    static final int NAME = 0;
    static final int NAME_LENGTH = 100;
    static final int LINK_NAME = 157;
    static final int LINK_NAME_LENGTH = 100;
    static final int PREFIX = 345;
    static final int PREFIX_LENGTH = 155;
    static final int STAR_PREFIX_LENGTH = 131;
    static final int GNU_SPARSE = 386;
    static final int GNU_SPARSE_SLOTS = 4;
    static final int GNU_IS_EXTENDED = 482;
    static final int GNU_REAL_SIZE = 483;
    static final int EXTENSION_SLOTS = 21;
    static final int EXTENSION_IS_EXTENDED = 504;
    static final long LARGEST_OCTAL_SIZE = 0x1_ffff_ffffL;
    static final long LARGEST_OCTAL_ID = 07777777;

    private static final int MODE = 100;
    private static final int UID = 108;
    private static final int GID = 116;
    private static final int SIZE_FIELD = 124;
    private static final int MTIME = 136;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int DEVICE_MAJOR = 329;
    private static final int DEVICE_MINOR = 337;
    private static final byte[] USTAR = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GNU = "ustar  \0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STAR_TRAILER = "tar\0".getBytes(StandardCharsets.US_ASCII);
    private static final int STAR_TRAILER_AT = 508;

    private final byte[] bytes;

    HeaderBlock(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("a header has 512 bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    boolean isZero() {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    boolean isGnu() {
        return hasAt(MAGIC, GNU);
    }

    char type() {
        return (char) (bytes[TYPE] & 0xff);
    }

    int permissions() throws TarException {
        return (int) (number(MODE, 8) & 07777);
    }

    long uid() throws TarException {
        return number(UID, 8);
    }

    long gid() throws TarException {
        return number(GID, 8);
    }

    long sizeBytes() throws TarException {
        return number(SIZE_FIELD, 12);
    }

    long modifiedSeconds() throws TarException {
        return number(MTIME, 12);
    }

    long deviceMajor() throws TarException {
        return number(DEVICE_MAJOR, 8);
    }

    long deviceMinor() throws TarException {
        return number(DEVICE_MINOR, 8);
    }

    byte flagAt(int offset) {
        return bytes[offset];
    }

    /** The name with its prefix, as far as the format has one. */
    byte[] name() {
        byte[] name = text(NAME, NAME_LENGTH);
        byte[] prefix = {};
        if (hasAt(MAGIC, USTAR)) {
            prefix = text(PREFIX, hasAt(STAR_TRAILER_AT, STAR_TRAILER) ? STAR_PREFIX_LENGTH : PREFIX_LENGTH);
        }
        if (prefix.length == 0) {
            return name;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        return whole;
    }

    byte[] linkName() {
        return text(LINK_NAME, LINK_NAME_LENGTH);
    }

    /** Old archives summed signed bytes; both sums are accepted, as by every reader. */
    boolean hasValidChecksum() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            byte b = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH ? (byte) ' ' : bytes[i];
            unsigned += b & 0xff;
            signed += b;
        }
        try {
            long stored = number(CHECKSUM, CHECKSUM_LENGTH);
            return stored == unsigned || stored == signed;
        } catch (TarException notANumber) {
            return false;
        }
    }

    /** Octal digits between blanks and NULs, or base 256 where the first bit is set. */
    long number(int offset, int length) throws TarException {
        if ((bytes[offset] & 0x80) != 0) {
            return base256(offset, length);
        }
        int from = offset;
        int to = offset + length;
        while (from < to && (bytes[from] == ' ' || bytes[from] == 0)) {
            from++;
        }
        long value = 0;
        int i = from;
        for (; i < to && bytes[i] >= '0' && bytes[i] <= '7'; i++) {
            value = value << 3 | (bytes[i] - '0');
        }
        for (; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != 0) {
                throw new TarException("byte " + i + " of its header is no octal digit");
            }
        }
        return value;
    }

    private long base256(int offset, int length) throws TarException {
        boolean negative = (bytes[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = offset; i < offset + length; i++) {
            int b = bytes[i] & 0xff;
            if (i == offset) {
                b = negative ? b : b & 0x7f;
            }
            boolean overflows = negative ? value < -(1L << 55) : value >= 1L << 55;
            if (overflows) {
                throw new TarException("a number of its header does not fit into 64 bits");
            }
            value = value << 8 | b;
        }
        return value;
    }

    private byte[] text(int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(bytes, offset, end);
    }

    private boolean hasAt(int offset, byte[] expected) {
        return Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** Writes a ustar header; what doesn't fit is expected to stand in a PAX record, and is 0 here. */
    static byte[] write(
            char type,
            UstarName name,
            byte[] linkName,
            int permissions,
            long uid,
            long gid,
            long sizeBytes,
            long modifiedSeconds,
            int deviceMajor,
            int deviceMinor) {
        byte[] block = new byte[SIZE];
        copy(name.name(), block, NAME, NAME_LENGTH);
        copy(name.prefix(), block, PREFIX, PREFIX_LENGTH);
        copy(linkName, block, LINK_NAME, LINK_NAME_LENGTH);
        octal(permissions, block, MODE, 8);
        octal(uid > LARGEST_OCTAL_ID ? 0 : uid, block, UID, 8);
        octal(gid > LARGEST_OCTAL_ID ? 0 : gid, block, GID, 8);
        octal(sizeBytes > LARGEST_OCTAL_SIZE ? 0 : sizeBytes, block, SIZE_FIELD, 12);
        boolean timeFits = modifiedSeconds >= 0 && modifiedSeconds <= LARGEST_OCTAL_SIZE;
        octal(timeFits ? modifiedSeconds : 0, block, MTIME, 12);
        octal(deviceMajor, block, DEVICE_MAJOR, 8);
        octal(deviceMinor, block, DEVICE_MINOR, 8);
        block[TYPE] = (byte) type;
        System.arraycopy(USTAR, 0, block, MAGIC, USTAR.length);
        Arrays.fill(block, CHECKSUM, CHECKSUM + CHECKSUM_LENGTH, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(sum, block, CHECKSUM, CHECKSUM_LENGTH - 1);
        return block;
    }

    private static void copy(byte[] text, byte[] block, int offset, int length) {
        System.arraycopy(text, 0, block, offset, Math.min(text.length, length));
    }

    /** {@code length - 1} digits and a NUL. */
    private static void octal(long value, byte[] block, int offset, int length) {
        long rest = value;
        for (int i = offset + length - 2; i >= offset; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        block[offset + length - 1] = 0;
    }
}
