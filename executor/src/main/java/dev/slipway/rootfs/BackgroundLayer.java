package dev.slipway.rootfs;

import dev.slipway.layer.WrittenLayer;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A layer that a thread of its own packs. */
final class BackgroundLayer implements PendingLayer {
    private final FutureTask<Sealed> task;

    private BackgroundLayer(FutureTask<Sealed> task) {
        this.task = task;
    }

    /** What came of it, and the hold on the directory that others may use now. */
    record Sealed(WrittenLayer layer, ExtractedLayer.Hold hold) {}

    static BackgroundLayer start(String name, Callable<Sealed> work) {
        FutureTask<Sealed> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(name).start(task);
        return new BackgroundLayer(task);
    }

    @Override
    public WrittenLayer await() throws IOException {
        return sealed().layer();
    }

    private Sealed sealed() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // Half a layer is of no use, and what it is made of must not go away under it.
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failure(Objects.requireNonNull(e.getCause()));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The failure as it was, so that whoever words it still knows its kind. */
    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case IOException failed -> failed;
            case RuntimeException failed -> throw failed;
            case Error failed -> throw failed;
            default -> new IOException(cause);
        };
    }

    /** Waits until the thread has ended, and lets go of the directory; whether the layer came about is no matter here. */
    void release() throws IOException {
        Sealed sealed;
        try {
            sealed = sealed();
        } catch (IOException failedAndTold) {
            return;
        }
        sealed.hold().release();
    }
}
