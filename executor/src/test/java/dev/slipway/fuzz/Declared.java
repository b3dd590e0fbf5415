package dev.slipway.fuzz;

/** The exception that a reader declares for input that is wrong: it must say what is. */
public final class Declared {
    private Declared() {}

    public static void hasWords(Exception refused) {
        String message = refused.getMessage();
        if (message == null || message.isBlank()) {
            throw new AssertionError("refused without a word", refused);
        }
    }
}
