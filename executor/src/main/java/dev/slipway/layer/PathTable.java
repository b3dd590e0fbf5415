package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.util.Arrays;

/**
 * Paths as slots of an open hash table, 8 bytes a path. A path is known by 64 bits of checksum: two of a million paths
 * share one with a chance of one in 37 million.
 */
final class PathTable {
    static final int ABSENT = -1;

    private static final int FIRST_SLOTS = 1 << 10;

    private long[] keys = new long[FIRST_SLOTS];
    private int size;

    static long key(PathBytes path) {
        long key = ContentChecksum.of(path.toByteArray());
        return key == 0 ? 1 : key;
    }

    int find(long key) {
        int slot = slotOf(key);
        return keys[slot] == key ? slot : ABSENT;
    }

    /** Whether the next path needs a larger table; the slots move then. */
    boolean isFull() {
        return size * 2 >= keys.length;
    }

    int slots() {
        return keys.length;
    }

    long keyAt(int slot) {
        return keys[slot];
    }

    /** The slot of a path, which is there from now on. */
    int add(long key) {
        int slot = slotOf(key);
        if (keys[slot] != key) {
            keys[slot] = key;
            size++;
        }
        return slot;
    }

    /** An empty table twice as large. */
    PathTable larger() {
        PathTable larger = new PathTable();
        larger.keys = new long[keys.length * 2];
        return larger;
    }

    void grow() {
        long[] old = keys;
        keys = new long[old.length * 2];
        size = 0;
        Arrays.stream(old).filter(key -> key != 0).forEach(this::add);
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key ^ key >>> 32) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
