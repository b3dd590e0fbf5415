package dev.slipway.cli;

import java.io.PrintStream;

/** What a command writes to: results on {@code out}, the log on {@code err}. */
record Streams(PrintStream out, PrintStream err) {}
