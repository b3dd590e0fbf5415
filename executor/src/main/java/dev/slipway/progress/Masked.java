package dev.slipway.progress;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Passes events on with the secrets in their words masked, so that no renderer can show one. */
public final class Masked implements ProgressListener {
    private final ProgressListener delegate;
    private final SecretMask mask;

    public Masked(ProgressListener delegate, SecretMask mask) {
        this.delegate = Objects.requireNonNull(delegate, "delegate is null");
        this.mask = Objects.requireNonNull(mask, "mask is null");
    }

    @Override
    public void on(BuildEvent event) {
        delegate.on(masked(event));
    }

    private BuildEvent masked(BuildEvent event) {
        return switch (event) {
            case BuildEvent.PlanMade plan ->
                new BuildEvent.PlanMade(plan.dockerfile(), stages(plan.stages()), stages(plan.unused()));
            case BuildEvent.StageStarted started -> new BuildEvent.StageStarted(stage(started.stage()));
            case BuildEvent.StageFinished finished ->
                new BuildEvent.StageFinished(stage(finished.stage()), finished.elapsed());
            case BuildEvent.StepStarted started -> new BuildEvent.StepStarted(step(started.step()));
            case BuildEvent.StepFinished finished ->
                new BuildEvent.StepFinished(
                        step(finished.step()), finished.elapsed(), finished.layerSizeBytes(), finished.cached());
            case BuildEvent.StepFailed failed -> new BuildEvent.StepFailed(step(failed.step()), failed.elapsed());
            case BuildEvent.CommandOutput output ->
                new BuildEvent.CommandOutput(step(output.step()), output.stream(), mask.mask(output.line()));
            case BuildEvent.TransferStarted started -> new BuildEvent.TransferStarted(transfer(started.transfer()));
            case BuildEvent.TransferFinished finished ->
                new BuildEvent.TransferFinished(transfer(finished.transfer()), finished.elapsed());
            case BuildEvent.TransferSkipped skipped ->
                new BuildEvent.TransferSkipped(transfer(skipped.transfer()), mask.mask(skipped.reason()));
            case BuildEvent.CheckWarning warning ->
                new BuildEvent.CheckWarning(
                        warning.rule(), mask.mask(warning.text()), warning.file(), warning.line(), warning.url());
            case BuildEvent.ContextFetched fetched ->
                new BuildEvent.ContextFetched(mask.mask(fetched.origin()), fetched.revision());
            case BuildEvent.Message message -> new BuildEvent.Message(message.level(), mask.mask(message.text()));
            case BuildEvent.ImagePushed pushed ->
                new BuildEvent.ImagePushed(mask.mask(pushed.destination()), pushed.digest(), pushed.elapsed());
            case BuildEvent.BuildFailed failed ->
                new BuildEvent.BuildFailed(failed.failure(), failed.exitCode(), mask.mask(failed.message()));
            case BuildEvent.ImageBuilt built -> built;
            case BuildEvent.ImageWritten written -> written;
            case BuildEvent.BuildFinished finished -> finished;
        };
    }

    private List<BuildEvent.Stage> stages(List<BuildEvent.Stage> stages) {
        return stages.stream().map(this::stage).toList();
    }

    private BuildEvent.Stage stage(BuildEvent.Stage stage) {
        Optional<String> name = stage.name();
        return new BuildEvent.Stage(stage.number(), name, mask.mask(stage.base()));
    }

    private BuildEvent.Step step(BuildEvent.Step step) {
        return new BuildEvent.Step(
                stage(step.stage()),
                step.number(),
                step.total(),
                mask.mask(step.instruction()),
                step.file(),
                step.line());
    }

    private BuildEvent.Transfer transfer(BuildEvent.Transfer transfer) {
        return new BuildEvent.Transfer(
                transfer.direction(), mask.mask(transfer.what()), mask.mask(transfer.place()), transfer.sizeBytes());
    }
}
