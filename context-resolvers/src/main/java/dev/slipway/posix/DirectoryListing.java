package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the names in a directory: getdents64(2). */
final class DirectoryListing {
    private static final int LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private DirectoryListing() {}

    /** Through a descriptor of its own, as several threads may list one directory. */
    static List<Directory.Entry> of(int fd, String shown) throws IOException {
        int own = Resolution.open(
                fd, new byte[] {'.'}, Resolution.O_RDONLY | Resolution.O_DIRECTORY | Resolution.O_CLOEXEC, 0, shown);
        try {
            List<Directory.Entry> entries = new ArrayList<>();
            MemorySegment bulk = Native.scratch().bulk();
            while (true) {
                long length = Native.check(
                        Native.call(SystemCall.GETDENTS, own, bulk.address(), Native.Scratch.BULK_BYTES),
                        SystemCall.GETDENTS,
                        shown);
                if (length == 0) {
                    return entries;
                }
                for (long at = 0; at < length; at += bulk.get(JAVA_SHORT, at + LENGTH) & 0xffff) {
                    addEntry(bulk, at, entries);
                }
            }
        } finally {
            Native.call(SystemCall.CLOSE, own);
        }
    }

    private static void addEntry(MemorySegment bulk, long at, List<Directory.Entry> entries) {
        int length = 0;
        while (bulk.get(JAVA_BYTE, at + NAME + length) != 0) {
            length++;
        }
        byte[] name = new byte[length];
        MemorySegment.copy(bulk, JAVA_BYTE, at + NAME, name, 0, length);
        boolean dots = name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
        if (!dots) {
            int type = bulk.get(JAVA_BYTE, at + TYPE);
            entries.add(new Directory.Entry(
                    PathBytes.of(name), type == 0 ? Optional.empty() : Optional.of(FileType.ofDirectoryEntry(type))));
        }
    }
}
