package dev.slipway.sandbox;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** The commands that run, so that all of them can be ended. */
final class Executions {
    private final Set<Execution> running = new HashSet<>();
    private boolean stopped;

    synchronized Execution begin() throws SandboxException {
        if (stopped) {
            throw new SandboxException("the executor is ending: no further command is started");
        }
        Execution execution = new Execution(this::end);
        running.add(execution);
        return execution;
    }

    private synchronized void end(Execution execution) {
        running.remove(execution);
    }

    /** Kills what runs, and lets nothing begin any more. */
    synchronized void stop() throws IOException {
        stopped = true;
        for (Execution execution : running) {
            execution.kill();
        }
    }
}
