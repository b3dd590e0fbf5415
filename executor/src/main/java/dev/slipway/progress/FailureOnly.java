package dev.slipway.progress;

import java.io.PrintStream;
import java.util.Objects;

/** Says nothing unless the build fails ({@code --progress quiet}). */
public final class FailureOnly implements ProgressListener {
    private final PrintStream out;

    public FailureOnly(PrintStream out) {
        this.out = Objects.requireNonNull(out, "out is null");
    }

    @Override
    public void on(BuildEvent event) {
        if (event instanceof BuildEvent.BuildFailed) {
            Wording.of(event).ifPresent(line -> {
                out.print("error: " + line + "\n");
                out.flush();
            });
        }
    }
}
