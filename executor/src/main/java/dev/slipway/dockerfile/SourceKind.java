package dev.slipway.dockerfile;

import java.util.regex.Pattern;

/** How a source of ADD is read; COPY takes {@link #LOCAL} only. */
public enum SourceKind {
    /** A path in the context, in a stage or in an image. */
    LOCAL,
    /** An http or https URL of a file. */
    HTTP,
    /** A git repository. */
    GIT;

    private static final Pattern SCP_LIKE = Pattern.compile("[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:.+");

    public static SourceKind of(String source) {
        if (source.startsWith("http://") || source.startsWith("https://")) {
            int end = source.length();
            for (char mark : new char[] {'?', '#'}) {
                int at = source.indexOf(mark);
                end = at >= 0 ? Math.min(end, at) : end;
            }
            return source.substring(0, end).endsWith(".git") ? GIT : HTTP;
        }
        if (source.startsWith("git://")
                || source.startsWith("ssh://")
                || SCP_LIKE.matcher(source).matches()) {
            return GIT;
        }
        return LOCAL;
    }
}
