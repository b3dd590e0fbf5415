package dev.slipway.cli;

import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;

/** How a command begins and ends: its version, its signals, its last line, its exit code. */
final class Running {
    private final ProgressListener progress;
    private final InstantSource clock;

    /** The command's work. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    Running(ProgressListener progress, InstantSource clock) {
        this.progress = progress;
        this.clock = clock;
    }

    /** Runs what works on images and returns the exit code (DESIGN 3.9). */
    int run(Work work) {
        return answer(() -> {
            Instant start = clock.instant();
            progress.info("Slipway " + Version.current());
            work.run();
            progress.on(new BuildEvent.BuildFinished(Duration.between(start, clock.instant())));
            return 0;
        });
    }

    /** Runs what answers a question on standard output, of whose success nothing need be told; returns its exit code. */
    int answer(Callable<Integer> question) {
        try (Interruption interruption = Interruption.ofThisThread()) {
            try {
                return question.call();
            } catch (Throwable failure) {
                BuildEvent.BuildFailed ending =
                        interruption.received().map(Running::interrupted).orElseGet(() -> Failures.ending(failure));
                progress.debug(trace(failure));
                progress.on(ending);
                return ending.exitCode();
            }
        }
    }

    private static BuildEvent.BuildFailed interrupted(FailureClass how) {
        String signal = how == FailureClass.TERMINATED ? "SIGTERM" : "SIGINT";
        return new BuildEvent.BuildFailed(how, how.exitCode(), "the build was ended by " + signal);
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().strip();
    }
}
