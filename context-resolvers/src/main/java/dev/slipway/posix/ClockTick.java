package dev.slipway.posix;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The clock that a file system stamps changes with. It moves in ticks, and two changes within one leave the same ctime:
 * whoever compares times must wait for the next, four milliseconds at most on kernels whose timestamps are that coarse.
 */
public final class ClockTick {
    private static final PathBytes CLOCK = PathBytes.of("clock");
    private static final long POLL_NANOS = 300_000;

    private ClockTick() {}

    /**
     * The status of a file that is changed by this call.
     *
     * @param room a directory of ours whose file system has the clock in question; a file {@code clock} stays there
     */
    public static FileStatus now(Directory room) throws IOException {
        try (OpenFile clock = room.openLockFile(CLOCK)) {
            clock.setModified(0, 0);
            return clock.status();
        }
    }

    /** Waits until a file that is changed just then has a status that shows the clock to have moved on far enough. */
    public static void await(Directory room, Predicate<FileStatus> passed) throws IOException {
        while (!passed.test(now(room))) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
