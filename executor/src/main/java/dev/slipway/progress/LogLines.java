package dev.slipway.progress;

import java.io.PrintStream;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** One line for each event that is worth one, as a person reads a log ({@code --progress plain}). */
public final class LogLines implements ProgressListener {
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final Level threshold;
    private final boolean colours;
    private final boolean timestamps;
    private final InstantSource clock;

    public LogLines(PrintStream out, Level threshold, boolean colours, boolean timestamps, InstantSource clock) {
        this.out = Objects.requireNonNull(out, "out is null");
        this.threshold = threshold;
        this.colours = colours;
        this.timestamps = timestamps;
        this.clock = clock;
    }

    @Override
    public void on(BuildEvent event) {
        Wording.of(event)
                .filter(line -> line.level().shownAt(threshold) || event instanceof BuildEvent.BuildFailed)
                .ifPresent(this::show);
    }

    private void show(Wording.Line line) {
        String time = timestamps ? clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " : "";
        String text = colours ? coloured(line) : mark(line.level()) + line;
        // One call a line: lines of several stages don't mix.
        out.print(time + text + "\n");
        out.flush();
    }

    private static String coloured(Wording.Line line) {
        String subject = line.subject().isEmpty() ? "" : "\u001b[36m" + line.subject() + RESET + " ";
        String colour = switch (line.level()) {
            case TRACE, DEBUG -> "\u001b[2m";
            case INFO -> "";
            case WARN -> "\u001b[33m";
            case ERROR, FATAL, PANIC -> "\u001b[31m";
        };
        return subject + (colour.isEmpty() ? line.text() : colour + mark(line.level()) + line.text() + RESET);
    }

    private static String mark(Level level) {
        return switch (level) {
            case TRACE, DEBUG, INFO -> "";
            case WARN -> "warning: ";
            case ERROR, FATAL, PANIC -> "error: ";
        };
    }
}
