package dev.slipway.progress;

import java.util.List;

/** The same events for several listeners, one after the other: a log, a report, a termination message. */
public final class Several implements ProgressListener {
    private final List<ProgressListener> listeners;

    public Several(List<ProgressListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void on(BuildEvent event) {
        listeners.forEach(listener -> listener.on(event));
    }
}
