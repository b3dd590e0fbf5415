package dev.slipway.archive;

/**
 * How much an archive may unpack to (contexts.md, "Hostile input").
 *
 * @param largestBytes of all files together, holes included; {@code --context-max-size}
 * @param mostEntries entries of any type
 * @param largestRatio unpacked to packed bytes; counts only once {@link #RATIO_FREE_BYTES} are unpacked, since small
 *     archives of empty files compress without end
 */
public record ArchiveLimits(long largestBytes, long mostEntries, long largestRatio) {
    /** Below this many unpacked bytes no ratio is suspicious. */
    public static final long RATIO_FREE_BYTES = 1L << 30;

    /** No limit but those that no honest archive meets. */
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(Long.MAX_VALUE, 5_000_000, 2_000);

    public ArchiveLimits {
        if (largestBytes < 0 || mostEntries < 1 || largestRatio < 1) {
            throw new IllegalArgumentException(
                    "limits of " + largestBytes + " bytes, " + mostEntries + " entries, ratio " + largestRatio);
        }
    }

    public ArchiveLimits withLargestBytes(long bytes) {
        return new ArchiveLimits(bytes, mostEntries, largestRatio);
    }
}
