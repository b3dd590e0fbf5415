package dev.slipway.rootfs.scan;

import dev.slipway.posix.PathBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What was in one directory when it was looked at: names in order, {@link Facts} of each, the records of directories. */
final class DirectoryRecord {
    static final DirectoryRecord EMPTY = new Builder(0).build();

    private final byte[] names;
    private final int[] nameEnds;
    private final long[] facts;
    private final @Nullable DirectoryRecord[] children;

    private DirectoryRecord(byte[] names, int[] nameEnds, long[] facts, @Nullable DirectoryRecord[] children) {
        this.names = names;
        this.nameEnds = nameEnds;
        this.facts = facts;
        this.children = children;
    }

    int size() {
        return nameEnds.length;
    }

    PathBytes name(int index) {
        return PathBytes.of(Arrays.copyOfRange(names, start(index), nameEnds[index]));
    }

    /** Less than, equal to or greater than zero as the name at an index comes before, is, or comes after another. */
    int compareName(int index, byte[] name) {
        return Arrays.compareUnsigned(names, start(index), nameEnds[index], name, 0, name.length);
    }

    private int start(int index) {
        return index == 0 ? 0 : nameEnds[index - 1];
    }

    /** The index of a name, or -1. */
    int find(PathBytes name) {
        byte[] wanted = name.toByteArray();
        int low = 0;
        int high = size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = compareName(middle, wanted);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    long[] facts() {
        return facts;
    }

    /** The record of the directory at an index; none if it is no directory. */
    @Nullable
    DirectoryRecord child(int index) {
        return children.length == 0 ? null : children[index];
    }

    /** Collects the entries of a directory in order of their names. */
    static final class Builder {
        private static final int TYPICAL_NAME_BYTES = 16;

        private byte[] names;
        private int[] nameEnds;
        private long[] facts;
        private @Nullable DirectoryRecord[] children = {};
        private int size;

        Builder(int expected) {
            names = new byte[expected * TYPICAL_NAME_BYTES];
            nameEnds = new int[expected];
            facts = new long[expected * Facts.STRIDE];
        }

        /** Adds a name and gives its index; its facts are to be written to {@link #facts} at the index's place. */
        int add(byte[] name) {
            int start = size == 0 ? 0 : nameEnds[size - 1];
            if (start + name.length > names.length) {
                names = Arrays.copyOf(names, Math.max(start + name.length, names.length * 2));
            }
            if (size == nameEnds.length) {
                int larger = Math.max(8, size * 2);
                nameEnds = Arrays.copyOf(nameEnds, larger);
                facts = Arrays.copyOf(facts, larger * Facts.STRIDE);
                children = children.length == 0 ? children : Arrays.copyOf(children, larger);
            }
            System.arraycopy(name, 0, names, start, name.length);
            nameEnds[size] = start + name.length;
            return size++;
        }

        long[] facts() {
            return facts;
        }

        void child(int index, DirectoryRecord child) {
            if (children.length == 0) {
                children = new DirectoryRecord[nameEnds.length];
            }
            children[index] = child;
        }

        DirectoryRecord build() {
            boolean exact = size == nameEnds.length;
            return new DirectoryRecord(
                    Arrays.copyOf(names, size == 0 ? 0 : nameEnds[size - 1]),
                    exact ? nameEnds : Arrays.copyOf(nameEnds, size),
                    exact ? facts : Arrays.copyOf(facts, size * Facts.STRIDE),
                    exact || children.length == 0 ? children : Arrays.copyOf(children, size));
        }
    }
}
