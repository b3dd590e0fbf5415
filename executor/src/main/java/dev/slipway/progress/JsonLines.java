package dev.slipway.progress;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * One JSON object a line ({@code --log-format json}): {@code time}, {@code level} and {@code msg} as kaniko writes
 * them, and the event's own values beside them.
 */
public final class JsonLines implements ProgressListener {
    private final PrintStream out;
    private final Level threshold;
    private final InstantSource clock;

    public JsonLines(PrintStream out, Level threshold, InstantSource clock) {
        this.out = Objects.requireNonNull(out, "out is null");
        this.threshold = threshold;
        this.clock = clock;
    }

    @Override
    public void on(BuildEvent event) {
        Wording.of(event)
                .filter(line -> line.level().shownAt(threshold) || event instanceof BuildEvent.BuildFailed)
                .ifPresent(line -> {
                    out.print(object(event, line) + "\n");
                    out.flush();
                });
    }

    private ObjectNode object(BuildEvent event, Wording.Line line) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        object.put("level", line.level().toString());
        object.put("msg", line.toString());
        switch (event) {
            case BuildEvent.PlanMade plan -> {
                object.put("event", "plan-made");
                object.put("dockerfile", plan.dockerfile());
                plan.stages().forEach(stage -> object.withArray("stages").add(stage.label()));
            }
            case BuildEvent.StageStarted started -> stage(object, "stage-started", started.stage());
            case BuildEvent.StageFinished finished -> {
                stage(object, "stage-finished", finished.stage());
                elapsed(object, finished.elapsed());
            }
            case BuildEvent.StepStarted started -> step(object, "step-started", started.step());
            case BuildEvent.StepFinished finished -> {
                step(object, "step-finished", finished.step());
                elapsed(object, finished.elapsed());
                finished.layerSizeBytes().ifPresent(size -> object.put("layerSizeBytes", size));
                object.put("cached", finished.cached());
            }
            case BuildEvent.StepFailed failed -> {
                step(object, "step-failed", failed.step());
                elapsed(object, failed.elapsed());
            }
            case BuildEvent.CommandOutput output -> {
                step(object, "output", output.step());
                object.put("stream", output.stream() == BuildEvent.CommandOutput.Stream.STDOUT ? "stdout" : "stderr");
                object.put("output", output.line());
            }
            case BuildEvent.TransferStarted started -> transfer(object, "transfer-started", started.transfer());
            case BuildEvent.TransferFinished finished -> {
                transfer(object, "transfer-finished", finished.transfer());
                elapsed(object, finished.elapsed());
            }
            case BuildEvent.TransferSkipped skipped -> {
                transfer(object, "transfer-skipped", skipped.transfer());
                object.put("reason", skipped.reason());
            }
            case BuildEvent.CheckWarning warning -> {
                object.put("event", "warning");
                object.put("rule", warning.rule());
                object.put("file", warning.file());
                object.put("url", warning.url());
                warning.line().ifPresent(number -> object.put("line", number));
            }
            case BuildEvent.Message message -> object.put("event", "message");
            case BuildEvent.ContextFetched fetched -> {
                object.put("event", "context-fetched");
                object.put("origin", fetched.origin());
                object.put("revision", fetched.revision());
            }
            case BuildEvent.ImageBuilt built -> {
                object.put("event", "image-built");
                object.put("digest", built.digest());
                object.put("mediaType", built.mediaType());
                built.layers()
                        .forEach(layer -> object.withArray("layers")
                                .addObject()
                                .put("digest", layer.digest())
                                .put("sizeBytes", layer.sizeBytes()));
                elapsed(object, built.elapsed());
            }
            case BuildEvent.ImagePushed pushed -> {
                object.put("event", "image-pushed");
                object.put("destination", pushed.destination());
                object.put("digest", pushed.digest());
                elapsed(object, pushed.elapsed());
            }
            case BuildEvent.ImageWritten written -> {
                object.put("event", "image-written");
                object.put("path", written.path());
                object.put("digest", written.digest());
            }
            case BuildEvent.BuildFinished finished -> {
                object.put("event", "build-finished");
                elapsed(object, finished.elapsed());
            }
            case BuildEvent.BuildFailed failed -> {
                object.put("event", "build-failed");
                object.put("class", failed.failure().words());
                object.put("exitCode", failed.exitCode());
                object.put("error", failed.message());
            }
        }
        return object;
    }

    private static void stage(ObjectNode object, String event, BuildEvent.Stage stage) {
        object.put("event", event);
        object.put("stage", stage.label());
        object.put("base", stage.base());
    }

    private static void step(ObjectNode object, String event, BuildEvent.Step step) {
        object.put("event", event);
        object.put("stage", step.stage().label());
        object.put("step", step.number());
        object.put("steps", step.total());
        object.put("instruction", step.instruction());
        object.put("file", step.file());
        step.line().ifPresent(line -> object.put("line", line));
    }

    private static void transfer(ObjectNode object, String event, BuildEvent.Transfer transfer) {
        object.put("event", event);
        object.put("direction", transfer.direction() == BuildEvent.Transfer.Direction.PULL ? "pull" : "push");
        object.put("what", transfer.what());
        object.put("place", transfer.place());
        transfer.sizeBytes().ifPresent(size -> object.put("sizeBytes", size));
    }

    private static void elapsed(ObjectNode object, Duration elapsed) {
        object.put("elapsedMs", elapsed.toMillis());
    }
}
