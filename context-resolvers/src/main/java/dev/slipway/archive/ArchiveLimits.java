package dev.slipway.archive;

/**
 * How much an archive, or another context, may unpack to (contexts.md, "Hostile input").
 *
 * @param largestBytes of all files together, holes included; {@code --context-max-size}
 * @param mostEntries entries of any type
 * @param largestRatio unpacked to packed bytes; counts only once {@code ratioFreeBytes} are unpacked
 * @param ratioFreeBytes below so many unpacked bytes no ratio is suspicious, since small archives of empty files compress
 *     without end
 */
public record ArchiveLimits(long largestBytes, long mostEntries, long largestRatio, long ratioFreeBytes) {

    /** No limit but those that no honest archive meets. */
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(Long.MAX_VALUE, 5_000_000, 2_000, 1L << 30);

    public ArchiveLimits {
        if (largestBytes < 0 || mostEntries < 1 || largestRatio < 1 || ratioFreeBytes < 0) {
            throw new IllegalArgumentException("limits of " + largestBytes + " bytes, " + mostEntries
                    + " entries, ratio " + largestRatio + " beyond " + ratioFreeBytes + " bytes");
        }
    }

    public ArchiveLimits withLargestBytes(long bytes) {
        return new ArchiveLimits(bytes, mostEntries, largestRatio, ratioFreeBytes);
    }

    public ArchiveLimits withMostEntries(long entries) {
        return new ArchiveLimits(largestBytes, entries, largestRatio, ratioFreeBytes);
    }

    /** As {@link #largestRatio} and {@link #ratioFreeBytes}. */
    public ArchiveLimits withLargestRatio(long ratio, long freeBytes) {
        return new ArchiveLimits(largestBytes, mostEntries, ratio, freeBytes);
    }
}
