package dev.slipway.layer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A running 64-bit checksum of a file's content, taken in passing while a layer is applied or written, so that a scan can
 * tell a file that was only touched from one that was changed (DESIGN 3.3). It is XXH64 with seed 0: fast, and not meant
 * to withstand anyone, since whoever could forge it would only deceive their own build.
 */
public final class ContentChecksum {
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE = 32;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] pending = new byte[STRIPE];
    private int pendingBytes;
    private long totalBytes;
    private long a;
    private long b;
    private long c;
    private long d;

    public ContentChecksum() {
        reset();
    }

    /** The checksum of bytes that are there all at once. */
    public static long of(byte[] bytes) {
        ContentChecksum checksum = new ContentChecksum();
        checksum.update(bytes, 0, bytes.length);
        return checksum.value();
    }

    /** Begins anew. */
    @SuppressWarnings("ConstantOverflow") // XXH64 reckons modulo 2^64
    public void reset() {
        a = P1 + P2;
        b = P2;
        c = 0;
        d = -P1;
        pendingBytes = 0;
        totalBytes = 0;
    }

    public void update(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        totalBytes += length;
        int at = offset;
        int end = offset + length;
        if (pendingBytes > 0) {
            int part = Math.min(STRIPE - pendingBytes, length);
            System.arraycopy(bytes, at, pending, pendingBytes, part);
            pendingBytes += part;
            at += part;
            if (pendingBytes < STRIPE) {
                return;
            }
            stripes(pending, 0, STRIPE);
            pendingBytes = 0;
        }
        int whole = (end - at) & -STRIPE;
        stripes(bytes, at, at + whole);
        at += whole;
        System.arraycopy(bytes, at, pending, 0, end - at);
        pendingBytes = end - at;
    }

    private void stripes(byte[] bytes, int from, int to) {
        long e = a;
        long f = b;
        long g = c;
        long h = d;
        for (int at = from; at < to; at += STRIPE) {
            e = round(e, (long) LONGS.get(bytes, at));
            f = round(f, (long) LONGS.get(bytes, at + 8));
            g = round(g, (long) LONGS.get(bytes, at + 16));
            h = round(h, (long) LONGS.get(bytes, at + 24));
        }
        a = e;
        b = f;
        c = g;
        d = h;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * P2, 31) * P1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * P1 + P4;
    }

    /** The checksum of everything so far; more may follow. */
    public long value() {
        long hash = P5;
        if (totalBytes >= STRIPE) {
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        }
        hash += totalBytes;
        int at = 0;
        for (; at + 8 <= pendingBytes; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONGS.get(pending, at)), 27) * P1 + P4;
        }
        if (at + 4 <= pendingBytes) {
            hash = Long.rotateLeft(hash ^ ((int) INTS.get(pending, at) & 0xffff_ffffL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < pendingBytes; at++) {
            hash = Long.rotateLeft(hash ^ (pending[at] & 0xff) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }
}
