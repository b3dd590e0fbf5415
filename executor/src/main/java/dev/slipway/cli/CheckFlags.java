package dev.slipway.cli;

/** What only the check subcommand takes. */
final class CheckFlags {
    static final Flag FORMAT =
            Flag.value("format", "text|json", "How findings are written.").defaultsTo("text");

    private CheckFlags() {}
}
