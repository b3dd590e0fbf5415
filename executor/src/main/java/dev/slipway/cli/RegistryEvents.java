package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.RegistryListener;

/** What the registry client has to say, as messages of the log. */
final class RegistryEvents implements RegistryListener {
    private final ProgressListener progress;

    RegistryEvents(ProgressListener progress) {
        this.progress = progress;
    }

    @Override
    public void info(String text) {
        progress.info(text);
    }

    @Override
    public void debug(String text) {
        progress.debug(text);
    }

    @Override
    public void warn(String text) {
        progress.warn(text);
    }
}
