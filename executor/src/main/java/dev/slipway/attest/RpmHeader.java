package dev.slipway.attest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The header of an installed package: an index of tags, then their values (rpm, "Package File Format", Header). */
final class RpmHeader {
    static final int NAME = 1000;
    static final int VERSION = 1001;
    static final int RELEASE = 1002;
    static final int EPOCH = 1003;
    static final int LICENSE = 1014;
    static final int ARCHITECTURE = 1022;

    private static final int PREAMBLE_BYTES = 8;
    private static final int ENTRY_BYTES = 16;
    private static final int INT32 = 4;

    private final ByteBuffer values;
    private final Map<Integer, int[]> index = new HashMap<>();

    /** Fails with an unchecked exception of buffers where lengths are wrong. */
    RpmHeader(byte[] blob) {
        ByteBuffer header = ByteBuffer.wrap(blob);
        int entries = header.getInt(0);
        int valuesAt = Math.addExact(PREAMBLE_BYTES, Math.multiplyExact(entries, ENTRY_BYTES));
        values = header.slice(valuesAt, blob.length - valuesAt);
        for (int i = 0; i < entries; i++) {
            int at = PREAMBLE_BYTES + i * ENTRY_BYTES;
            index.put(header.getInt(at), new int[] {header.getInt(at + 4), header.getInt(at + 8)});
        }
    }

    /** A string, or the first of several; empty where there is none. */
    String text(int tag) {
        int[] entry = index.get(tag);
        if (entry == null) {
            return "";
        }
        int end = entry[1];
        while (values.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - entry[1]];
        values.get(entry[1], text);
        return new String(text, StandardCharsets.UTF_8);
    }

    OptionalInt number(int tag) {
        int[] entry = index.get(tag);
        return entry == null || entry[0] != INT32 ? OptionalInt.empty() : OptionalInt.of(values.getInt(entry[1]));
    }
}
