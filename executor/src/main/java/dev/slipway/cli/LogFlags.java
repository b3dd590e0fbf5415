package dev.slipway.cli;

import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** What is shown while building. */
final class LogFlags {
    static final Flag VERBOSITY = value("verbosity", "trace|debug|info|warn|error|fatal|panic", "How much is said.")
            .shortName("v")
            .defaultsTo("info");
    static final Flag LOG_FORMAT =
            value("log-format", "text|color|json", "How it is said.").defaultsTo("color");
    static final Flag LOG_TIMESTAMP = toggle("log-timestamp", "Start each line with the time.");
    static final Flag PROGRESS =
            value("progress", "auto|plain|tty|json|gitlab|quiet", "How it is shown; wins over --log-format.");

    static final List<Flag> ALL = List.of(VERBOSITY, LOG_FORMAT, LOG_TIMESTAMP, PROGRESS);

    private LogFlags() {}
}
