package dev.slipway.dockerfile;

/**
 * Something that a build check found.
 *
 * @param message what it is about here, in one sentence
 */
public record Finding(CheckRule rule, String message, SourceRange range) {
    /** The line that it is told for. */
    public int line() {
        return range.startLine();
    }

    /** Where the rule's reason can be read. */
    public String url() {
        return rule.url();
    }
}
