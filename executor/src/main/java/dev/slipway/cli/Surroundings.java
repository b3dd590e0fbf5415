package dev.slipway.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;

/** Where a command runs, as its caller gives it: what it writes to, what relative paths start from, and the time. */
record Surroundings(Streams streams, Path directory, InstantSource clock) {

    /** For results. */
    PrintStream out() {
        return streams.out();
    }

    /** For the log. */
    PrintStream err() {
        return streams.err();
    }
}
