package dev.slipway.cli;

/** What only the doctor subcommand takes. */
final class DoctorFlags {
    static final Flag FORMAT =
            Flag.value("format", "text|json", "How what was found is written.").defaultsTo("text");

    private DoctorFlags() {}
}
