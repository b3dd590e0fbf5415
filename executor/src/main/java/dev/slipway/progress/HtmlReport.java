package dev.slipway.progress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;

/** Writes a report of the build as one HTML file when the build ends, whichever way ({@code --report}). */
public final class HtmlReport implements ProgressListener {
    private final Path file;
    private final ProgressListener log;
    private final InstantSource clock;
    private final BuildRecord record;

    /**
     * A report that is not written yet.
     *
     * @param log where it is said that the report can't be written; the build's outcome stays what it is
     */
    public HtmlReport(Path file, ProgressListener log, InstantSource clock) {
        this.file = Objects.requireNonNull(file, "file is null");
        this.log = Objects.requireNonNull(log, "log is null");
        this.clock = clock;
        this.record = new BuildRecord(clock.instant());
    }

    @Override
    public void on(BuildEvent event) {
        synchronized (record) {
            record.add(event, clock.instant());
            if (event instanceof BuildEvent.BuildFinished finished) {
                write(Optional.empty(), finished.elapsed());
            } else if (event instanceof BuildEvent.BuildFailed failed) {
                write(Optional.of(failed), Duration.between(record.start(), clock.instant()));
            }
        }
    }

    /** By renaming, so that nobody finds half of it. */
    private void write(Optional<BuildEvent.BuildFailed> failure, Duration elapsed) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Path directory = file.toAbsolutePath().getParent();
        try {
            if (directory != null) {
                // A build in place may have emptied the filesystem in between.
                Files.createDirectories(directory);
            }
            Files.writeString(part, new ReportPage(record, failure, elapsed).html(), StandardCharsets.UTF_8);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException unwritable) {
            log.warn("the report \"%s\" can't be written: %s".formatted(file, unwritable));
        }
    }
}
