package dev.slipway.fuzz;

/** The exception that a reader declares for input that is wrong: it must say what is. */
public final class Declared {
    private Declared() {}

    /** Something for a person to read. */
    public static void isSaid(String text) {
        if (text.isBlank()) {
            throw new AssertionError("nothing is said");
        }
    }

    public static void hasWords(Exception refused) {
        String message = refused.getMessage();
        if (message == null || message.isBlank()) {
            throw new AssertionError("refused without a word", refused);
        }
    }
}
