package dev.slipway.sandbox;

/** Takes what a command prints, line by line, as it comes. Called on one thread at a time. */
@FunctionalInterface
public interface OutputListener {
    /** Which of its two streams a line came by. */
    enum Stream {
        STDOUT,
        STDERR
    }

    /**
     * A line without its end. Bytes that are not UTF-8 have become replacement characters; a line longer than 64 KiB
     * comes in parts.
     */
    void line(Stream stream, String text);
}
