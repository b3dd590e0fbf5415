package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.build.copy.CopyException;
import dev.slipway.dockerfile.AddInstruction;
import dev.slipway.dockerfile.ArgInstruction;
import dev.slipway.dockerfile.CmdInstruction;
import dev.slipway.dockerfile.CopyInstruction;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.EntrypointInstruction;
import dev.slipway.dockerfile.EnvInstruction;
import dev.slipway.dockerfile.ExposeInstruction;
import dev.slipway.dockerfile.FromInstruction;
import dev.slipway.dockerfile.HealthCheckInstruction;
import dev.slipway.dockerfile.Instruction;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.dockerfile.LabelInstruction;
import dev.slipway.dockerfile.MaintainerInstruction;
import dev.slipway.dockerfile.OnBuildInstruction;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.dockerfile.ShellInstruction;
import dev.slipway.dockerfile.StopSignalInstruction;
import dev.slipway.dockerfile.UserInstruction;
import dev.slipway.dockerfile.VolumeInstruction;
import dev.slipway.dockerfile.WorkdirInstruction;
import dev.slipway.progress.BuildEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Builds one stage: runs its instructions one after the other, and says so. */
final class StageBuilder {
    private final PlannedStage stage;
    private final BuildSession session;

    StageBuilder(PlannedStage stage, BuildSession session) {
        this.stage = stage;
        this.session = session;
    }

    BuiltStage build() throws BuildException, DockerfileException, IOException, InterruptedException {
        long start = System.nanoTime();
        session.progress().on(new BuildEvent.StageStarted(stage.event()));
        StageState state = begin();
        try {
            int number = 1;
            for (PlannedInstruction instruction : stage.instructions()) {
                run(instruction, state, ++number);
            }
            BuiltStage built = state.finish();
            session.progress().on(new BuildEvent.StageFinished(stage.event(), since(start)));
            return built;
        } catch (BuildException
                | DockerfileException
                | IOException
                | InterruptedException
                | RuntimeException
                | Error e) {
            abandon(state, e);
            throw e;
        }
    }

    private StageState begin() throws BuildException, IOException, InterruptedException {
        BuildEvent.Step step = step(stage.from(), stage.stage().from().source(), 1);
        long start = System.nanoTime();
        session.progress().on(new BuildEvent.StepStarted(step));
        StageState state = StageState.begin(stage, session);
        try {
            copyBase(state);
            session.progress().on(new BuildEvent.StepFinished(step, since(start), OptionalLong.empty(), false));
            return state;
        } catch (BuildException | IOException | InterruptedException | RuntimeException | Error e) {
            abandon(state, e);
            throw e;
        }
    }

    private void copyBase(StageState state) throws BuildException, IOException, InterruptedException {
        switch (stage.base()) {
            case Base.OfDirectory directory -> DirectoryBase.copy(directory, stage, state);
            case Base.OfRemote remote ->
                DirectoryBase.copy(
                        session.remoteSources()
                                .context(remote, stage.stage().from().source()),
                        stage,
                        state);
            case Base.Scratch _, Base.OfStage _, Base.OfImage _ -> {}
        }
    }

    private void run(PlannedInstruction planned, StageState state, int number)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        InstructionSource source = planned.instruction().source();
        BuildEvent.Step step = step(planned.instruction(), source, number);
        long start = System.nanoTime();
        session.progress().on(new BuildEvent.StepStarted(step));
        boolean done = false;
        try {
            run(planned, state, step);
            done = true;
        } catch (CopyException e) {
            throw Locations.failure(e.failure(), source, source.keyword() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw IoFailures.at(source, e);
        } finally {
            session.progress()
                    .on(
                            done
                                    ? new BuildEvent.StepFinished(step, since(start), state.takeLayerBytes(), false)
                                    : new BuildEvent.StepFailed(step, since(start)));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void run(PlannedInstruction planned, StageState state, BuildEvent.Step step)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        Instruction instruction = planned.instruction().expand(state.expander());
        switch (instruction) {
            case AddInstruction add -> AddStep.run(add, state);
            case ArgInstruction arg -> ArgStep.run(arg, state);
            case CmdInstruction cmd -> CmdStep.run(cmd, state);
            case CopyInstruction copy -> CopyStep.run(copy, planned, state);
            case EntrypointInstruction entrypoint -> EntrypointStep.run(entrypoint, state);
            case EnvInstruction env -> EnvStep.run(env, state);
            case ExposeInstruction expose -> {
                List<String> ports = expose.ports();
                state.change(container -> container.exposePorts(ports));
                state.note("EXPOSE " + GoText.list(ports));
            }
            case FromInstruction from -> throw new IllegalStateException("FROM is no instruction of a stage");
            case HealthCheckInstruction check -> HealthCheckStep.run(check, state);
            case LabelInstruction label -> LabelStep.run(label, state);
            case MaintainerInstruction maintainer -> {
                state.author(maintainer.maintainer());
                state.note("MAINTAINER " + maintainer.maintainer());
            }
            case OnBuildInstruction onBuild -> {
                List<String> triggers = new ArrayList<>(state.container().onBuild());
                triggers.add(onBuild.trigger());
                state.change(container -> container.onBuild(triggers));
            }
            case RunInstruction run -> RunStep.run(run, planned, state, step);
            case ShellInstruction shell -> {
                state.change(container -> container.shell(shell.shell()));
                state.note("SHELL " + GoText.list(shell.shell()));
            }
            case StopSignalInstruction signal -> {
                state.change(container -> container.stopSignal(signal.signal()));
                state.note("STOPSIGNAL " + signal.signal());
            }
            case UserInstruction user -> {
                state.change(container -> container.user(user.user()));
                state.note("USER " + user.user());
            }
            case VolumeInstruction volume -> {
                state.change(container -> container.addVolumes(volume.paths()));
                state.note("VOLUME " + GoText.list(volume.paths()));
            }
            case WorkdirInstruction workdir -> WorkdirStep.run(workdir, state);
        }
    }

    private BuildEvent.Step step(Instruction instruction, InstructionSource source, int number) {
        return new BuildEvent.Step(
                stage.event(),
                number,
                stage.instructions().size() + 1,
                instruction.source().text(),
                source.file().name(),
                OptionalInt.of(source.line()));
    }

    private static void abandon(StageState state, Throwable reason) {
        try {
            state.abandon();
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
