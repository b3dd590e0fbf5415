package dev.slipway.cli;

import dev.slipway.progress.FailureClass;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What a SIGTERM or SIGINT does to a build: its thread is interrupted, so that the running command ends and everything
 * temporary goes; a second signal ends the process at once.
 *
 * <p>Not a shutdown hook: the last line shall say which signal it was, and a native executable has hooks only where it
 * was built with them.
 */
final class Interruption implements AutoCloseable {
    private final Thread worker;
    private final AtomicReference<Optional<FailureClass>> received = new AtomicReference<>(Optional.empty());
    private final SignalHandler beforeTerm;
    private final SignalHandler beforeInt;

    private Interruption(Thread worker) {
        this.worker = worker;
        beforeTerm = handle("TERM", FailureClass.TERMINATED);
        beforeInt = handle("INT", FailureClass.INTERRUPTED);
    }

    /** From now on signals interrupt the calling thread. */
    static Interruption ofThisThread() {
        return new Interruption(Thread.currentThread());
    }

    private SignalHandler handle(String name, FailureClass failure) {
        return Signal.handle(new Signal(name), signal -> {
            if (!received.compareAndSet(Optional.empty(), Optional.of(failure))) {
                Runtime.getRuntime().halt(failure.exitCode());
            }
            worker.interrupt();
        });
    }

    /** Which of the two came first, if one did. */
    Optional<FailureClass> received() {
        return Objects.requireNonNull(received.get());
    }

    @Override
    public void close() {
        Signal.handle(new Signal("TERM"), beforeTerm);
        Signal.handle(new Signal("INT"), beforeInt);
        // A signal may have come when there was nothing left to interrupt.
        Thread.interrupted();
    }
}
