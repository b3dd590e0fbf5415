package dev.slipway.progress;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Events in words, the same in every renderer. */
final class Wording {

    private Wording() {}

    /** A line: how much it matters, what it belongs to, what it says. */
    record Line(Level level, String subject, String text) {
        @Override
        public String toString() {
            return subject.isEmpty() ? text : subject + " " + text;
        }
    }

    /** What is said about an event; nothing for what another event's line says, too. */
    static Optional<Line> of(BuildEvent event) {
        return switch (event) {
            case BuildEvent.PlanMade plan -> line(Level.INFO, plan.dockerfile() + ":", stages(plan));
            case BuildEvent.StageStarted started ->
                line(
                        Level.DEBUG,
                        started.stage().label() + ":",
                        "starting from " + started.stage().base());
            case BuildEvent.StageFinished finished ->
                line(Level.DEBUG, finished.stage().label() + ":", "finished in " + seconds(finished.elapsed()));
            case BuildEvent.StepStarted started ->
                line(Level.INFO, subject(started.step()), instruction(started.step()));
            case BuildEvent.StepFinished finished -> finished(finished);
            case BuildEvent.StepFailed failed ->
                line(Level.ERROR, subject(failed.step()), "failed after " + seconds(failed.elapsed()));
            case BuildEvent.CommandOutput output ->
                line(Level.INFO, subject(output.step()), "| " + lastRewrite(output.line()));
            case BuildEvent.TransferStarted started ->
                line(Level.DEBUG, "", verb(started.transfer(), "pulling", "pushing") + sized(started.transfer()));
            case BuildEvent.TransferFinished finished ->
                line(
                        Level.INFO,
                        "",
                        verb(finished.transfer(), "pulled", "pushed") + sized(finished.transfer()) + " in "
                                + seconds(finished.elapsed()));
            case BuildEvent.TransferSkipped skipped ->
                line(Level.DEBUG, "", verb(skipped.transfer(), "not pulled:", "not pushed:") + ", " + skipped.reason());
            case BuildEvent.CheckWarning warning ->
                line(
                        Level.WARN,
                        "",
                        "%s: %s%s".formatted(warning.rule(), warning.text(), place(warning.file(), warning.line())));
            case BuildEvent.ContextFetched fetched ->
                line(Level.INFO, "", "Context %s at %s".formatted(fetched.origin(), fetched.revision()));
            case BuildEvent.Message message -> line(message.level(), "", message.text());
            case BuildEvent.ImageBuilt built -> line(Level.INFO, "", image(built));
            case BuildEvent.ImagePushed pushed ->
                line(
                        Level.INFO,
                        "",
                        "pushed %s as %s in %s"
                                .formatted(pushed.destination(), pushed.digest(), seconds(pushed.elapsed())));
            case BuildEvent.ImageWritten written ->
                line(Level.INFO, "", "wrote %s to %s".formatted(written.format(), written.path()));
            case BuildEvent.BuildFinished finished -> line(Level.INFO, "", "done in " + seconds(finished.elapsed()));
            case BuildEvent.BuildFailed failed -> line(Level.ERROR, "", failure(failed));
        };
    }

    private static Optional<Line> line(Level level, String subject, String text) {
        return Optional.of(new Line(level, subject, text));
    }

    private static String stages(BuildEvent.PlanMade plan) {
        String text =
                (plan.stages().size() == 1 ? "1 stage: " : plan.stages().size() + " stages: ") + labels(plan.stages());
        return plan.unused().isEmpty() ? text : text + "; not needed: " + labels(plan.unused());
    }

    static String labels(List<BuildEvent.Stage> stages) {
        return stages.stream().map(BuildEvent.Stage::label).collect(Collectors.joining(", "));
    }

    static String subject(BuildEvent.Step step) {
        return "[%d/%d] %s".formatted(step.number(), step.total(), step.stage().label());
    }

    private static String instruction(BuildEvent.Step step) {
        return step.instruction() + place(step.file(), step.line());
    }

    static String place(String file, OptionalInt line) {
        return line.isPresent() ? " (%s:%d)".formatted(file, line.getAsInt()) : "";
    }

    /** Metadata instructions take no time and make no layer: their first line says it all. */
    private static Optional<Line> finished(BuildEvent.StepFinished finished) {
        String layer = finished.layerSizeBytes().isPresent()
                ? ", layer " + bytes(finished.layerSizeBytes().getAsLong())
                : "";
        if (finished.cached()) {
            return line(Level.INFO, subject(finished.step()), "cached" + layer);
        }
        boolean worthALine = !layer.isEmpty() || finished.elapsed().toMillis() >= 100;
        return line(
                worthALine ? Level.INFO : Level.DEBUG,
                subject(finished.step()),
                "done in " + seconds(finished.elapsed()) + layer);
    }

    private static String verb(BuildEvent.Transfer transfer, String pull, String push) {
        return switch (transfer.direction()) {
            case PULL -> "%s %s from %s".formatted(pull, transfer.what(), transfer.place());
            case PUSH -> "%s %s to %s".formatted(push, transfer.what(), transfer.place());
        };
    }

    private static String sized(BuildEvent.Transfer transfer) {
        OptionalLong size = transfer.sizeBytes();
        return size.isPresent() ? " (%s)".formatted(bytes(size.getAsLong())) : "";
    }

    private static String image(BuildEvent.ImageBuilt built) {
        long total = built.layers().stream()
                .mapToLong(BuildEvent.ImageBuilt.Layer::sizeBytes)
                .sum();
        String layers = count(built.layers().size(), "layer");
        return "built %s: %s, %s, in %s".formatted(built.digest(), layers, bytes(total), seconds(built.elapsed()));
    }

    /** The details where there are any, then one line that stands for itself. */
    private static String failure(BuildEvent.BuildFailed failed) {
        String message = failed.message().strip();
        String sentence = sentence(failed);
        return message.contains("\n") ? message + "\n" + sentence : sentence;
    }

    /** The failure in one line that stands for itself: the cause, its class in words, the exit code. */
    static String sentence(BuildEvent.BuildFailed failed) {
        String firstLine =
                failed.message().strip().lines().findFirst().orElse("").strip();
        return "%s (%s, exit code %d)".formatted(firstLine, failed.failure().words(), failed.exitCode());
    }

    /** How many of something: {@code 1 layer}, {@code 2 layers}. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** A line in which nothing moves a terminal's cursor. */
    static String printable(String line) {
        return line.codePoints()
                .map(ch -> Character.isISOControl(ch) ? ' ' : ch)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** What a terminal would show of a line on which a progress bar was drawn again and again. */
    static String lastRewrite(String line) {
        String drawn = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        return drawn.substring(drawn.lastIndexOf('\r') + 1);
    }

    static String seconds(Duration elapsed) {
        long millis = elapsed.toMillis();
        if (millis >= 60_000) {
            return "%d min %d s".formatted(millis / 60_000, millis / 1000 % 60);
        }
        return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    static String bytes(long size) {
        if (size < 1000) {
            return size + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = size;
        int unit = -1;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
