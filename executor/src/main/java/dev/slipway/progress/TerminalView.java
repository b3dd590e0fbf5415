package dev.slipway.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * For somebody who watches ({@code --progress tty}): what is done scrolls up, what is running is drawn again and again
 * below, with its time and the last lines that it wrote. A step that fails leaves all that is kept of its output.
 */
public final class TerminalView implements ProgressListener {
    /** Lines longer than the terminal is wide are cut by it, not wrapped, or the way back up would be unknown. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String DIM = "\u001b[2m";
    private static final String CYAN = "\u001b[36m";
    private static final String RESET = "\u001b[0m";
    private static final int TAIL_LINES = 4;
    private static final int KEPT_LINES = 400;
    /** Steps that are drawn at once; more would not fit on a small terminal. */
    private static final int MOST_STEPS = 4;

    private static final Duration REDRAWN_EVERY = Duration.ofMillis(250);

    private final PrintStream out;
    private final LogLines lines;
    private final boolean colours;
    private final InstantSource clock;
    private final Map<BuildEvent.Step, Running> running = new LinkedHashMap<>();
    private final Duration redrawnEvery;
    private int drawn;
    private boolean ticking;

    public TerminalView(PrintStream out, Level threshold, boolean colours, InstantSource clock) {
        this(out, threshold, colours, clock, REDRAWN_EVERY);
    }

    TerminalView(PrintStream out, Level threshold, boolean colours, InstantSource clock, Duration redrawnEvery) {
        this.redrawnEvery = Objects.requireNonNull(redrawnEvery, "redrawnEvery is null");
        this.out = Objects.requireNonNull(out, "out is null");
        this.lines = new LogLines(out, threshold, colours, false, clock);
        this.colours = colours;
        this.clock = clock;
    }

    /** Keeps the times moving while commands say nothing, as long as one runs. */
    private void startTicking() {
        if (!ticking) {
            ticking = true;
            Thread.ofPlatform().daemon().name("terminal").start(() -> {
                try {
                    do {
                        Thread.sleep(redrawnEvery);
                    } while (tick());
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private static final class Running {
        private final Instant since;
        private final Deque<BuildEvent.CommandOutput> output = new ArrayDeque<>();

        private Running(Instant since) {
            this.since = since;
        }
    }

    private synchronized boolean tick() {
        draw();
        ticking = !running.isEmpty();
        return ticking;
    }

    @Override
    public synchronized void on(BuildEvent event) {
        switch (event) {
            case BuildEvent.StepStarted started -> {
                running.put(started.step(), new Running(clock.instant()));
                startTicking();
                draw();
            }
            case BuildEvent.CommandOutput output -> {
                Running step = running.computeIfAbsent(output.step(), late -> new Running(clock.instant()));
                step.output.add(output);
                if (step.output.size() > KEPT_LINES) {
                    step.output.remove();
                }
                draw();
            }
            case BuildEvent.StepFinished finished -> {
                running.remove(finished.step());
                scroll(new BuildEvent.StepStarted(finished.step()), event);
            }
            case BuildEvent.StepFailed failed -> {
                Running step = running.remove(failed.step());
                erase();
                lines.on(new BuildEvent.StepStarted(failed.step()));
                if (step != null) {
                    step.output.forEach(lines::on);
                }
                lines.on(event);
                draw();
            }
            case BuildEvent.BuildFinished finished -> end(event);
            case BuildEvent.BuildFailed failed -> end(event);
            default -> scroll(event);
        }
    }

    private void scroll(BuildEvent... events) {
        erase();
        for (BuildEvent event : events) {
            lines.on(event);
        }
        draw();
    }

    private void end(BuildEvent event) {
        running.clear();
        erase();
        lines.on(event);
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\r" + CLEAR_BELOW);
            drawn = 0;
        }
    }

    private void draw() {
        if (running.isEmpty() && drawn == 0) {
            return;
        }
        StringBuilder text = new StringBuilder();
        if (drawn > 0) {
            text.append("\u001b[").append(drawn).append("A\r").append(CLEAR_BELOW);
        }
        text.append(NO_WRAP);
        int count = 0;
        int steps = 0;
        for (Map.Entry<BuildEvent.Step, Running> each : running.entrySet()) {
            if (++steps > MOST_STEPS) {
                text.append(colour(DIM, "… and " + (running.size() - MOST_STEPS) + " more\n"));
                count++;
                break;
            }
            Duration elapsed = Duration.between(each.getValue().since, clock.instant());
            text.append(colour(CYAN, Wording.subject(each.getKey())))
                    .append(' ')
                    .append(Wording.printable(each.getKey().instruction()))
                    .append(colour(DIM, " " + elapsed.toSeconds() + " s"))
                    .append('\n');
            count++;
            int skip = Math.max(0, each.getValue().output.size() - TAIL_LINES);
            for (BuildEvent.CommandOutput line :
                    each.getValue().output.stream().skip(skip).toList()) {
                text.append(colour(DIM, "  │ " + Wording.printable(Wording.lastRewrite(line.line()))))
                        .append('\n');
                count++;
            }
        }
        out.print(text.append(WRAP));
        out.flush();
        drawn = count;
    }

    private String colour(String colour, String text) {
        return colours ? colour + text + RESET : text;
    }
}
