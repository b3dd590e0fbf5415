package dev.slipway.progress;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has happened in a build so far, put in order for a report: events of stages that run beside each other come
 * mixed. What a command writes is kept up to a bound. Not for several threads; the listener that fills it locks.
 */
final class BuildRecord {
    private static final int FIRST_LINES = 200;
    private static final int LAST_LINES = 800;
    private static final int LONGEST_LINE = 2_000;

    private final Instant start;
    private final Map<String, StepRecord> steps = new LinkedHashMap<>();
    private final List<TransferRecord> transfers = new ArrayList<>();
    private final List<BuildEvent.CheckWarning> warnings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private Optional<BuildEvent.ContextFetched> context = Optional.empty();
    private Optional<BuildEvent.PlanMade> plan = Optional.empty();
    private Optional<BuildEvent.ImageBuilt> image = Optional.empty();

    BuildRecord(Instant start) {
        this.start = start;
    }

    /** How a step stands. */
    enum State {
        RUNNING,
        DONE,
        CACHED,
        FAILED
    }

    /** A step, from its first event on. */
    static final class StepRecord {
        final BuildEvent.Step step;
        final Duration begin;
        private final List<String> first = new ArrayList<>();
        private final Deque<String> last = new ArrayDeque<>();
        State state = State.RUNNING;
        Duration elapsed = Duration.ZERO;
        OptionalLong layerSizeBytes = OptionalLong.empty();
        private long dropped;

        private StepRecord(BuildEvent.Step step, Duration begin) {
            this.step = step;
            this.begin = begin;
        }

        private void write(String line) {
            String kept = line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + " …";
            if (first.size() < FIRST_LINES) {
                first.add(kept);
                return;
            }
            last.add(kept);
            if (last.size() > LAST_LINES) {
                last.remove();
                dropped++;
            }
        }

        /** What the command wrote; one line says how many in the middle are left out. */
        List<String> output() {
            List<String> lines = new ArrayList<>(first);
            if (dropped > 0) {
                lines.add("… %,d lines left out …".formatted(dropped));
            }
            lines.addAll(last);
            return lines;
        }
    }

    /** A finished transfer, or one that wasn't needed, which has a reason. */
    record TransferRecord(BuildEvent.Transfer transfer, Duration elapsed, String reason) {}

    void add(BuildEvent event, Instant now) {
        switch (event) {
            case BuildEvent.ContextFetched fetched -> context = Optional.of(fetched);
            case BuildEvent.PlanMade made -> plan = Optional.of(made);
            case BuildEvent.StepStarted started -> step(started.step(), now);
            case BuildEvent.StepFinished finished -> {
                StepRecord record = step(finished.step(), now);
                record.state = finished.cached() ? State.CACHED : State.DONE;
                record.elapsed = finished.elapsed();
                record.layerSizeBytes = finished.layerSizeBytes();
            }
            case BuildEvent.StepFailed failed -> {
                StepRecord record = step(failed.step(), now);
                record.state = State.FAILED;
                record.elapsed = failed.elapsed();
            }
            case BuildEvent.CommandOutput output -> step(output.step(), now).write(Wording.lastRewrite(output.line()));
            case BuildEvent.TransferFinished finished ->
                transfers.add(new TransferRecord(finished.transfer(), finished.elapsed(), ""));
            case BuildEvent.TransferSkipped skipped ->
                transfers.add(new TransferRecord(skipped.transfer(), Duration.ZERO, skipped.reason()));
            case BuildEvent.CheckWarning warning -> warnings.add(warning);
            case BuildEvent.Message message -> {
                if (message.level().shownAt(Level.WARN)) {
                    notes.add(message.text());
                }
            }
            case BuildEvent.ImageBuilt built -> image = Optional.of(built);
            case BuildEvent.ImagePushed pushed -> places.add(pushed.destination());
            case BuildEvent.ImageWritten written -> places.add(written.format() + " " + written.path());
            case BuildEvent.StageStarted started -> {}
            case BuildEvent.StageFinished finished -> {}
            case BuildEvent.TransferStarted started -> {}
            case BuildEvent.BuildFinished finished -> {}
            case BuildEvent.BuildFailed failed -> {}
        }
    }

    private StepRecord step(BuildEvent.Step step, Instant now) {
        String key =
                step.stage().number() + "/" + step.number() + "/" + step.stage().label();
        return steps.computeIfAbsent(key, absent -> new StepRecord(step, Duration.between(start, now)));
    }

    Instant start() {
        return start;
    }

    Optional<BuildEvent.ContextFetched> context() {
        return context;
    }

    Optional<BuildEvent.PlanMade> plan() {
        return plan;
    }

    Optional<BuildEvent.ImageBuilt> image() {
        return image;
    }

    /** By stage, in the order in which they began. */
    Map<BuildEvent.Stage, List<StepRecord>> stages() {
        Map<BuildEvent.Stage, List<StepRecord>> stages = new LinkedHashMap<>();
        for (StepRecord record : steps.values()) {
            stages.computeIfAbsent(record.step.stage(), stage -> new ArrayList<>())
                    .add(record);
        }
        return stages;
    }

    List<TransferRecord> transfers() {
        return transfers;
    }

    List<BuildEvent.CheckWarning> warnings() {
        return warnings;
    }

    /** Warnings that are no check's. */
    List<String> notes() {
        return notes;
    }

    /** Where the image is now. */
    List<String> places() {
        return places;
    }
}
