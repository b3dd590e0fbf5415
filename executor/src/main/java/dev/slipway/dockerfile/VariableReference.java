package dev.slipway.dockerfile;

/** Recognises that a word would be expanded, where the language wants none. */
final class VariableReference {
    private VariableReference() {}

    /** Whether a dollar sign has something behind it. */
    static boolean isIn(String word) {
        int dollar = word.indexOf('$');
        return dollar >= 0 && dollar < word.length() - 1;
    }
}
