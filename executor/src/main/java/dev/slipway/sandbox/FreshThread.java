package dev.slipway.sandbox;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Runs something on a platform thread made for it, so that what it changes of the thread ends with it. */
final class FreshThread {
    private FreshThread() {}

    /**
     * Waits for the work even when interrupted, since half a set of mounts is worse than none; the interruption stays
     * pending.
     */
    static <T> T call(String name, Callable<T> work) throws IOException {
        return call(name, work, () -> {});
    }

    /** What an interruption does to the work, which is waited for all the same. */
    interface WhenInterrupted {
        void run() throws IOException;
    }

    static <T> T call(String name, Callable<T> work, WhenInterrupted whenInterrupted) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().name(name).unstarted(task);
        thread.start();
        if (joinWhatever(thread, whenInterrupted)) {
            Thread.currentThread().interrupt();
        }
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        switch (task.exceptionNow()) {
            case IOException failure -> throw failure;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case Throwable failure -> throw new IllegalStateException(failure);
        }
    }

    private static boolean joinWhatever(Thread thread, WhenInterrupted whenInterrupted) throws IOException {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                whenInterrupted.run();
            }
        }
    }
}
