package dev.slipway.registry;

/** What the client does that a log may want to say; called from any thread, never with a secret. */
public interface RegistryListener {

    /** Says nothing. */
    RegistryListener SILENT = new RegistryListener() {
        @Override
        public void info(String text) {}

        @Override
        public void debug(String text) {}

        @Override
        public void warn(String text) {}
    };

    /** What a reader of every log wants to know: which mirror served an image. */
    void info(String text);

    /** A detail: which credential served, that something is tried again. */
    void debug(String text);

    /** Something that works, but not as the user will have meant. */
    void warn(String text);
}
