package dev.slipway.dockerfile;

/**
 * Something that a build check found.
 *
 * @param message what it is about here, in one sentence
 * @param range the whole instruction
 * @param mark the characters that it is about, within the range
 */
public record Finding(CheckRule rule, String message, SourceRange range, SourceRange mark) {
    /** The line that it is told for: the instruction's first. */
    public int line() {
        return range.startLine();
    }

    /** Where the rule's reason can be read. */
    public String url() {
        return rule.url();
    }

    /** The place, the rule and the message, and below them the lines themselves with a mark. */
    public String quoted(SourceFile file) {
        return new Excerpt(file, mark).message(rule.id() + ": " + message, null);
    }
}
