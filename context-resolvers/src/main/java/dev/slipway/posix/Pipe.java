package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A pipe(2): what is written into {@link #writeEnd} comes out of {@link #readEnd}. */
public record Pipe(OpenFile readEnd, OpenFile writeEnd) implements AutoCloseable {
    private static final int CLOEXEC = 02000000;
    private static final short POLLIN = 1;

    public static Pipe open() throws IOException {
        MemorySegment block = Native.scratch().block;
        Native.check(Native.call(SystemCall.PIPE, block.address(), CLOEXEC), SystemCall.PIPE, "");
        return new Pipe(new OpenFile(block.get(JAVA_INT, 0), "pipe"), new OpenFile(block.get(JAVA_INT, 4), "pipe"));
    }

    /** Waits until one of the files can be read or has ended, and says for each whether it is so. */
    public static boolean[] await(List<OpenFile> files, int timeoutMillis) throws IOException {
        MemorySegment block = Native.scratch().block;
        for (int i = 0; i < files.size(); i++) {
            block.set(JAVA_INT, 8L * i, files.get(i).fd());
            block.set(JAVA_SHORT, 8L * i + 4, POLLIN);
            block.set(JAVA_SHORT, 8L * i + 6, (short) 0);
        }
        long time = 512;
        block.set(ValueLayout.JAVA_LONG, time, timeoutMillis / 1000);
        block.set(ValueLayout.JAVA_LONG, time + 8, timeoutMillis % 1000 * 1_000_000L);
        Native.check(
                Native.call(SystemCall.PPOLL, block.address(), files.size(), block.address() + time, 0, 8),
                SystemCall.PPOLL,
                "");
        boolean[] ready = new boolean[files.size()];
        for (int i = 0; i < ready.length; i++) {
            ready[i] = block.get(JAVA_SHORT, 8L * i + 6) != 0;
        }
        return ready;
    }

    @Override
    public void close() throws IOException {
        try (readEnd;
                writeEnd) {
            // Both ends are closed on leaving, the second one even if the first fails.
        }
    }
}
