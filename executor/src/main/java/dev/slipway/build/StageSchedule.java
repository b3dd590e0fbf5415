package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.dockerfile.DockerfileException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * When stages are built: each once those that it needs are, as many at a time as {@code --jobs} allows. The first
 * failure is the one that is told; it interrupts the other stages, whose commands are killed then, and waits for them.
 */
final class StageSchedule {
    private final BuildPlan plan;
    private final BuildSession session;

    StageSchedule(BuildPlan plan, BuildSession session) {
        this.plan = plan;
        this.session = session;
    }

    void run(int jobs) throws BuildException, DockerfileException, IOException, InterruptedException {
        if (jobs == 1 || plan.stages().size() == 1 || session.isOneAtATime()) {
            // A stage only needs earlier ones.
            for (PlannedStage stage : plan.stages().values()) {
                session.add(new StageBuilder(stage, session).build());
            }
            return;
        }
        Semaphore slots = new Semaphore(jobs);
        Map<Integer, Future<Boolean>> futures = new HashMap<>();
        try (ExecutorService stages = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("stage-", 0).factory())) {
            CompletionService<Boolean> ended = new ExecutorCompletionService<>(stages);
            try {
                for (PlannedStage stage : plan.stages().values()) {
                    Map<Integer, Future<Boolean>> earlier = Map.copyOf(futures);
                    futures.put(stage.index(), ended.submit(() -> build(stage, earlier, slots)));
                }
                for (int i = 0; i < futures.size(); i++) {
                    requireSuccess(ended.take());
                }
            } finally {
                stages.shutdownNow();
            }
        }
    }

    private boolean build(PlannedStage stage, Map<Integer, Future<Boolean>> earlier, Semaphore slots)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        for (int needed : needs(stage)) {
            Future<Boolean> future = earlier.get(needed);
            if (future != null && !succeeded(future)) {
                return false;
            }
        }
        slots.acquire();
        try {
            session.add(new StageBuilder(stage, session).build());
            return true;
        } finally {
            slots.release();
        }
    }

    /** Whether the stage was built; its failure is told once, by the schedule. */
    private static boolean succeeded(Future<Boolean> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            return false;
        }
    }

    private static Set<Integer> needs(PlannedStage stage) {
        Set<Integer> needs = new TreeSet<>();
        if (stage.base() instanceof Base.OfStage below) {
            needs.add(below.index());
        }
        for (PlannedInstruction instruction : stage.instructions()) {
            for (Base source : instruction.sources().values()) {
                if (source instanceof Base.OfStage other) {
                    needs.add(other.index());
                }
            }
        }
        return needs;
    }

    private static void requireSuccess(Future<Boolean> future)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case BuildException cause -> throw cause;
                case DockerfileException cause -> throw cause;
                case IOException cause -> throw cause;
                case InterruptedException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null -> throw new IllegalStateException(e);
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
