package dev.slipway.context.git;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.ContextException;
import dev.slipway.posix.PathBytes;

/**
 * What is left of a context's limits while its repository, the submodules of that and their large files come one after
 * the other (contexts.md, "Hostile input").
 *
 * <p>For one thread.
 */
final class Allowance {

    /**
     * Commits, directories and what packing adds come with the files and are none: they are allowed a part of the limit,
     * and so much in any case.
     */
    private static final long OVERHEAD_BYTES = 1 << 20;

    private static final int OVERHEAD_PART = 8;

    private final ArchiveLimits limits;
    private long fileBytes;
    private long entries;

    Allowance(ArchiveLimits limits) {
        this.limits = limits;
    }

    /** How many bytes the files so far have. */
    long fileBytes() {
        return fileBytes;
    }

    void takeEntry(String what, PathBytes path) throws ContextException {
        if (++entries > limits.mostEntries()) {
            throw new ContextException(
                    "%s has more than %d entries; \"%s\" is one too many".formatted(what, limits.mostEntries(), path));
        }
    }

    void takeFile(String what, PathBytes path, long bytes) throws ContextException {
        if (bytes > limits.largestBytes() - fileBytes) {
            throw new ContextException("%s is larger than the limit of %d bytes; \"%s\" with %d bytes is one too many"
                    .formatted(what, limits.largestBytes(), path, bytes));
        }
        fileBytes += bytes;
    }

    /** How much the next repository may send: files that are too many anyway need not fill the disk first. */
    long largestPackBytes() {
        long left = limits.largestBytes() - fileBytes;
        return left > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : left + left / OVERHEAD_PART + OVERHEAD_BYTES;
    }

    /** What is to be said of a repository that sent more. */
    ContextException exceeded(String what, ContextException cause) {
        return new ContextException(
                "%s is larger than the limit of %d bytes: the fetch was given up after %d"
                        .formatted(what, limits.largestBytes(), largestPackBytes()),
                cause);
    }
}
