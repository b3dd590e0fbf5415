package dev.slipway.dockerfile;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as text: the shortest equal one, as Go's {@code path.Clean} writes it. */
final class CleanPath {
    private CleanPath() {}

    static String of(String path) {
        boolean rooted = path.startsWith("/");
        Deque<String> kept = new ArrayDeque<>();
        int at = 0;
        while (at <= path.length()) {
            int end = path.indexOf('/', at);
            end = end < 0 ? path.length() : end;
            String part = path.substring(at, end);
            if (part.equals("..")) {
                if (!kept.isEmpty() && !kept.getLast().equals("..")) {
                    kept.removeLast();
                } else if (!rooted) {
                    kept.addLast(part);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                kept.addLast(part);
            }
            at = end + 1;
        }
        String joined = String.join("/", kept);
        return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
    }

    /** The last element: {@code /} of the root, {@code .} of nothing. */
    static String base(String path) {
        String cleaned = path.isEmpty() ? "." : of(path);
        return cleaned.equals("/") ? cleaned : cleaned.substring(cleaned.lastIndexOf('/') + 1);
    }
}
