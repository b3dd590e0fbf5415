package dev.slipway.dockerfile;

/**
 * A heredoc of RUN, COPY or ADD.
 *
 * @param name the delimiter without its quotes
 * @param body the lines between, as written, each with its line end
 * @param expanding whether no part of the delimiter was quoted
 * @param stripsTabs whether it was opened by {@code <<-}
 * @param fileDescriptor the number in front of the operator, 0 without one
 */
public record Heredoc(String name, String body, boolean expanding, boolean stripsTabs, int fileDescriptor) {
    /** The body as it is used: without leading tabs where {@code <<-} says so. */
    public String content() {
        if (!stripsTabs) {
            return body;
        }
        StringBuilder stripped = new StringBuilder(body.length());
        boolean lineStart = true;
        for (int at = 0; at < body.length(); at++) {
            char ch = body.charAt(at);
            if (!lineStart || ch != '\t') {
                stripped.append(ch);
                lineStart = ch == '\n';
            }
        }
        return stripped.toString();
    }

    Heredoc withBody(String newBody) {
        return new Heredoc(name, newBody, expanding, stripsTabs, fileDescriptor);
    }
}
