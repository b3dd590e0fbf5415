package dev.slipway.dockerfile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A parser directive: {@code # syntax=}, {@code # escape=} or {@code # check=} at the top of a Dockerfile. */
public record Directive(String name, String value, SourceRange range) {
    static final List<String> NAMES = List.of("syntax", "escape", "check");
    private static final Pattern FORM =
            Pattern.compile("\\s*(?:#|//)\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(\\S.*)", Pattern.DOTALL);

    /** Reads a line that may be one; empty if it is anything else, which ends the directives. */
    static Optional<Directive> parse(String line, int number) {
        Matcher matcher = FORM.matcher(Blanks.trimEnd(line));
        if (!matcher.matches() || !NAMES.contains(matcher.group(1).toLowerCase(Locale.ROOT))) {
            return Optional.empty();
        }
        SourceRange range = new SourceRange(
                number,
                1 + line.codePointCount(0, matcher.start(1)),
                number,
                1 + line.codePointCount(0, matcher.end(2)));
        return Optional.of(new Directive(matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2), range));
    }
}
