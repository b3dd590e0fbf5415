package dev.slipway.progress;

/**
 * Where events of a build go.
 *
 * <p>Called from every thread that works on the build; implementations keep events of one thread in order, return
 * quickly and throw nothing.
 */
@FunctionalInterface
public interface ProgressListener {

    /** Shows nothing: for work that nobody watches. */
    ProgressListener SILENT = event -> {};

    void on(BuildEvent event);

    default void debug(String text) {
        on(new BuildEvent.Message(Level.DEBUG, text));
    }

    default void info(String text) {
        on(new BuildEvent.Message(Level.INFO, text));
    }

    default void warn(String text) {
        on(new BuildEvent.Message(Level.WARN, text));
    }
}
