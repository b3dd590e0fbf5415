package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;

/** What the executor does for one of its subcommands, whose flags have been read and reviewed. */
@FunctionalInterface
interface Command {

    /**
     * Does it, tells {@code progress} how it ended, and returns the exit code (DESIGN 3.9).
     *
     * @throws UsageException where the flags ask for what can't be, before anything has been done
     */
    int run(GivenFlags flags, ProgressListener progress) throws UsageException;
}
