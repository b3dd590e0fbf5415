package dev.slipway.dockerfile;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Goes on with reading on the stack of another thread, where words nest deeper than one stack has room for. */
final class AnotherStack {
    private AnotherStack() {}

    /** A part of a word that is to be read. */
    interface Part {
        String read() throws BadWord;
    }

    /** Reads a part, and fails as it does; an interrupt is kept for later, as nothing is waited for in there. */
    static String read(Part part) throws BadWord {
        FutureTask<String> reading = new FutureTask<>(part::read);
        Thread.ofPlatform().daemon().name("words").start(reading);
        boolean isInterrupted = false;
        try {
            while (true) {
                try {
                    return reading.get();
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case BadWord bad -> throw bad;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
