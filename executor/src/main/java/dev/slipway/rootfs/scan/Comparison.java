package dev.slipway.rootfs.scan;

import dev.slipway.posix.FileStatus;

/** The rule of what enters a layer, for two statuses of one path (DESIGN 3.3). */
public final class Comparison {
    private Comparison() {}

    /** Whether nobody touched the path in between: what was there is there, unchanged. */
    public static boolean isUntouched(FileStatus before, FileStatus now) {
        return Facts.isUntouched(facts(before), 0, facts(now), 0);
    }

    /** Whether a layer would say the same of both, as far as content, link target and attributes are the same. */
    public static boolean isSame(FileStatus before, FileStatus now) {
        return Facts.isSame(facts(before), 0, facts(now), 0);
    }

    /** As {@link #isSame} for the root, whose times every change in it moves. */
    public static boolean isSameRoot(FileStatus before, FileStatus now) {
        return Facts.isSameSaveTimes(facts(before), 0, facts(now), 0);
    }

    private static long[] facts(FileStatus status) {
        long[] facts = new long[Facts.STRIDE];
        Facts.write(status, facts, 0);
        return facts;
    }
}
