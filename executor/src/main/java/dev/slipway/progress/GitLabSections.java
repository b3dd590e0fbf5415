package dev.slipway.progress;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A log whose RUN steps are collapsible sections on GitLab's job page ({@code --progress gitlab}).
 *
 * <p>Sections can't overlap. Where stages run beside each other one step is written as it goes, and what the others have
 * to say waits until it is done. What a failed step wrote last is said again below its section, where it is seen.
 */
public final class GitLabSections implements ProgressListener {
    private static final String ERASE = "\u001b[0K";
    private static final int LINES_AFTER_FAILURE = 40;
    private static final Pattern NO_NAME = Pattern.compile("[^a-zA-Z0-9_.-]");

    private final PrintStream out;
    private final LogLines lines;
    private final InstantSource clock;
    /** Running RUN steps in the order in which they began; the first is the one that is written. */
    private final Map<BuildEvent.Step, Section> running = new LinkedHashMap<>();

    public GitLabSections(PrintStream out, Level threshold, boolean colours, InstantSource clock) {
        this.out = Objects.requireNonNull(out, "out is null");
        this.lines = new LogLines(out, threshold, colours, false, clock);
        this.clock = clock;
    }

    private static final class Section {
        private final List<BuildEvent> waiting = new ArrayList<>();
        private final Deque<BuildEvent> last = new ArrayDeque<>();
        private boolean open;
        private boolean ended;
    }

    @Override
    public synchronized void on(BuildEvent event) {
        Optional<BuildEvent.Step> step = step(event);
        if (step.isEmpty() || !isCommand(step.get())) {
            if (event instanceof BuildEvent.BuildFailed) {
                running.values().forEach(section -> section.ended = true);
                write();
            }
            lines.on(event);
            return;
        }
        Section section = running.computeIfAbsent(step.get(), begun -> new Section());
        section.waiting.add(event);
        section.ended |= event instanceof BuildEvent.StepFinished || event instanceof BuildEvent.StepFailed;
        write();
    }

    /** Writes what the first step has to say, and if it is done, what the next ones have. */
    private void write() {
        Iterator<Map.Entry<BuildEvent.Step, Section>> steps = running.entrySet().iterator();
        while (steps.hasNext()) {
            Map.Entry<BuildEvent.Step, Section> first = steps.next();
            Section section = first.getValue();
            section.waiting.forEach(event -> write(first.getKey(), section, event));
            section.waiting.clear();
            if (!section.ended) {
                return;
            }
            steps.remove();
        }
    }

    private void write(BuildEvent.Step step, Section section, BuildEvent event) {
        switch (event) {
            case BuildEvent.StepStarted started -> {
                out.print(ERASE + "section_start:" + seconds() + ":" + name(step) + "[collapsed=true]\r" + ERASE);
                lines.on(event);
                section.open = true;
            }
            case BuildEvent.CommandOutput output -> {
                section.last.add(event);
                if (section.last.size() > LINES_AFTER_FAILURE) {
                    section.last.remove();
                }
                lines.on(event);
            }
            default -> {
                if (section.open) {
                    out.print(ERASE + "section_end:" + seconds() + ":" + name(step) + "\r" + ERASE);
                    section.open = false;
                }
                if (event instanceof BuildEvent.StepFailed) {
                    section.last.forEach(lines::on);
                }
                lines.on(event);
            }
        }
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }

    private static String name(BuildEvent.Step step) {
        return NO_NAME.matcher(
                        "slipway_" + step.stage().number() + "_" + step.stage().label() + "_" + step.number())
                .replaceAll("_");
    }

    private static boolean isCommand(BuildEvent.Step step) {
        return step.instruction().regionMatches(true, 0, "RUN", 0, 3);
    }

    private static Optional<BuildEvent.Step> step(BuildEvent event) {
        return switch (event) {
            case BuildEvent.StepStarted started -> Optional.of(started.step());
            case BuildEvent.StepFinished finished -> Optional.of(finished.step());
            case BuildEvent.StepFailed failed -> Optional.of(failed.step());
            case BuildEvent.CommandOutput output -> Optional.of(output.step());
            default -> Optional.empty();
        };
    }
}
