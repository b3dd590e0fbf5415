package dev.slipway.dockerfile;

/**
 * Where something stands in a file, so that errors and findings can point at it. Lines and columns count from 1, columns
 * in characters; the end column is the one after the last character.
 */
public record SourceRange(int startLine, int startColumn, int endLine, int endColumn) {
    public SourceRange {
        if (startLine < 1
                || startColumn < 1
                || endLine < startLine
                || endLine == startLine && endColumn < startColumn) {
            throw new IllegalArgumentException(
                    "range " + startLine + ":" + startColumn + "-" + endLine + ":" + endColumn + " runs backwards");
        }
    }

    /** The lines in words: {@code 3} or {@code 3-5}. */
    public String lines() {
        return startLine == endLine ? Integer.toString(startLine) : startLine + "-" + endLine;
    }
}
