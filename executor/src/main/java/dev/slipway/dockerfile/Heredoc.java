package dev.slipway.dockerfile;

import java.util.List;

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

    /**
     * Where a part of the content stands in the file, as far as it is on one line; all of the instruction if the body
     * came from no file's lines, as an ONBUILD's may.
     */
    SourceRange place(InstructionSource source, int from, int to) {
        List<String> lines = content().lines().toList();
        int row = (int) content()
                .substring(0, Math.min(from, content().length()))
                .chars()
                .filter(ch -> ch == '\n')
                .count();
        if (row >= lines.size()) {
            return source.range();
        }
        for (int first = source.line() + 1;
                first + lines.size() <= source.range().endLine() + 1;
                first++) {
            if (standsAt(source.file(), first, lines)) {
                String raw = source.file().line(first + row);
                int column = from
                        - 1
                        - content().lastIndexOf('\n', from - 1)
                        + raw.length()
                        - lines.get(row).length();
                int end = Math.clamp(column + (long) to - from, column + 1, Math.max(column + 1, raw.length()));
                return new SourceRange(
                        first + row,
                        1 + raw.codePointCount(0, Math.min(column, raw.length())),
                        first + row,
                        1 + raw.codePointCount(0, Math.min(column, raw.length())) + Math.max(1, end - column));
            }
        }
        return source.range();
    }

    private boolean standsAt(SourceFile file, int first, List<String> lines) {
        for (int row = 0; row < lines.size(); row++) {
            String raw = file.line(first + row);
            boolean same = stripsTabs
                    ? raw.endsWith(lines.get(row))
                            && raw.substring(0, raw.length() - lines.get(row).length())
                                    .isBlank()
                    : raw.equals(lines.get(row));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    Heredoc withBody(String newBody) {
        return new Heredoc(name, newBody, expanding, stripsTabs, fileDescriptor);
    }
}
