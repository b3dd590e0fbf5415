package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the lines of a Dockerfile into syntax nodes: directives, comments, continuations, heredocs. */
final class SyntaxReader {
    private static final Set<String> WITH_HEREDOCS = Set.of("RUN", "COPY", "ADD");

    private final SourceText text;
    private final List<Directive> directives = new ArrayList<>();
    private final List<SyntaxNode> nodes = new ArrayList<>();
    private char escape = '\\';
    private int line;

    SyntaxReader(SourceText text) {
        this.text = text;
    }

    /** What a file holds: its directives and its instructions in order. */
    record Result(char escape, List<Directive> directives, List<SyntaxNode> nodes) {}

    Result read() throws DockerfileException {
        readDirectives();
        List<String> comments = new ArrayList<>();
        while (line < text.raw().size()) {
            String current = text.file().lines().get(line);
            int ink = Blanks.leading(current, 0);
            if (ink == current.length()) {
                // A blank line parts nothing: only an empty comment takes the comments above away from an instruction.
                line++;
            } else if (line < directives.size() && directives.get(line).range().startLine() == line + 1) {
                line++;
            } else if (current.charAt(ink) == '#') {
                remember(comments, Blanks.trim(current.substring(ink + 1)));
                line++;
            } else {
                readInstruction(List.copyOf(comments));
                comments.clear();
            }
        }
        return new Result(escape, List.copyOf(directives), List.copyOf(nodes));
    }

    private static void remember(List<String> comments, String comment) {
        if (comment.isEmpty()) {
            comments.clear();
        } else {
            comments.add(comment);
        }
    }

    /** The directives are the lines at the top; they are comments, too, so the reading of lines starts over. */
    private void readDirectives() throws DockerfileException {
        int at = 0;
        List<String> lines = text.file().lines();
        if (!lines.isEmpty() && lines.getFirst().startsWith("#!")) {
            readDirectivesBelowShebang();
            skipForeignSyntax(1);
            return;
        }
        skipForeignSyntax(0);
        while (line == 0 && at < lines.size()) {
            Optional<Directive> directive = Directive.parse(lines.get(at), at + 1);
            if (directive.isEmpty() || Blanks.trim(lines.get(at)).startsWith("//")) {
                return;
            }
            add(directive.get());
            at++;
        }
    }

    /** A shebang ends the directives that concern the reading of lines; the others may follow it. */
    private void readDirectivesBelowShebang() {
        List<String> lines = text.file().lines();
        for (int at = 1; at < lines.size(); at++) {
            Optional<Directive> directive = Directive.parse(lines.get(at), at + 1);
            if (directive.isEmpty() || Blanks.trim(lines.get(at)).startsWith("//")) {
                return;
            }
            directive.filter(found -> !found.name().equals("escape")).ifPresent(directives::add);
        }
    }

    /** The choice of a frontend may also be written for another language, behind {@code //} or as JSON: not for us. */
    private void skipForeignSyntax(int from) {
        List<String> lines = text.file().lines();
        if (from >= lines.size()) {
            return;
        }
        String first = Blanks.trim(lines.get(from));
        boolean slashes = first.startsWith("//")
                && Directive.parse(first, from + 1)
                        .filter(directive -> directive.name().equals("syntax"))
                        .isPresent();
        boolean json = first.startsWith("{")
                && first.contains("\"syntax\"")
                && JsonArray.parse("[" + first + "]").isPresent();
        if (slashes || json) {
            line = from + 1;
        }
    }

    private void add(Directive directive) throws DockerfileException {
        for (Directive earlier : directives) {
            if (earlier.name().equals(directive.name())) {
                throw new DockerfileException(
                        text.file(),
                        directive.range(),
                        "the directive " + directive.name() + " is given twice, first on line "
                                + earlier.range().startLine(),
                        "Keep one of them.");
            }
        }
        if (directive.name().equals("escape")) {
            if (!directive.value().equals("\\") && !directive.value().equals("`")) {
                throw new DockerfileException(
                        text.file(),
                        directive.range(),
                        "the escape character " + Quotes.quote(directive.value()) + " can't be used",
                        "Expected \\ or `.");
            }
            escape = directive.value().charAt(0);
        }
        directives.add(directive);
    }

    private void readInstruction(List<String> comments) throws DockerfileException {
        StringBuilder joined = new StringBuilder();
        List<InstructionSource.Piece> pieces = new ArrayList<>();
        boolean hasBlankLine = false;
        boolean continues = true;
        boolean first = true;
        int last = line;
        while (continues && line < text.raw().size()) {
            String current = text.file().lines().get(line);
            int ink = Blanks.leading(current, 0);
            boolean blank = ink == current.length();
            if (!first && (blank || current.charAt(ink) == '#')) {
                hasBlankLine |= blank;
                last = line++;
                continue;
            }
            String content = first ? current.substring(ink) : current;
            int end = continuedUpTo(content);
            continues = end >= 0;
            pieces.add(new InstructionSource.Piece(
                    joined.length(), line + 1, first ? current.codePointCount(0, ink) + 1 : 1));
            joined.append(content, 0, continues ? end : content.length());
            first = false;
            last = line++;
        }
        String whole = joined.toString();
        if (Blanks.trim(whole).isEmpty()) {
            throw new DockerfileException(
                    text.file(),
                    new SourceRange(
                            pieces.getFirst().line(), 1, pieces.getFirst().line(), 2),
                    "an instruction that is nothing but " + escape + " at line ends",
                    "Remove the line, or write the instruction that it should hold.");
        }
        // BuildKit tells of a blank line by the line that ends the instruction.
        addNode(whole, pieces, last + 1, comments, hasBlankLine ? OptionalInt.of(last + 1) : OptionalInt.empty());
    }

    private void addNode(
            String whole,
            List<InstructionSource.Piece> pieces,
            int lastLine,
            List<String> comments,
            OptionalInt blankLine)
            throws DockerfileException {
        int ink = Blanks.leading(whole, 0);
        InstructionSource untrimmed =
                new InstructionSource(text.file(), "", whole, pieces, lastLine, comments, blankLine);
        String trimmed = Blanks.trimEnd(whole.substring(ink));
        List<InstructionSource.Piece> shifted = new ArrayList<>();
        InstructionSource moved = untrimmed.from(ink, "");
        for (InstructionSource.Piece piece : moved.pieces()) {
            shifted.add(piece);
        }
        String keyword = trimmed.substring(0, LineCutter.keywordLength(trimmed));
        InstructionSource source =
                new InstructionSource(text.file(), keyword, trimmed, shifted, lastLine, comments, blankLine);
        SyntaxNode node = LineCutter.cut(source);
        nodes.add(takesHeredocs(node) ? withHeredocs(node, whole) : node);
    }

    /** Whether an instruction, or the one inside ONBUILD, is one that may hold heredocs and isn't in JSON form. */
    private static boolean takesHeredocs(SyntaxNode node) {
        if (!node.source().text().contains("<<")) {
            return false;
        }
        SyntaxNode inner = node;
        if (node.name().equals("ONBUILD")) {
            String rest = node.arguments();
            inner = LineCutter.cut(
                    node.source().from(node.argumentsAt(), rest.substring(0, LineCutter.keywordLength(rest))));
        }
        return WITH_HEREDOCS.contains(inner.name())
                && JsonArray.parse(inner.arguments()).isEmpty();
    }

    private SyntaxNode withHeredocs(SyntaxNode node, String whole) throws DockerfileException {
        List<Heredoc> bodies = new ArrayList<>();
        for (Heredoc opened : HeredocParser.inLine(whole)) {
            StringBuilder body = new StringBuilder();
            int from = line;
            while (true) {
                if (line >= text.raw().size()) {
                    throw unterminated(node, opened, from);
                }
                if (text.foreign().containsKey(line)) {
                    throw text.notText(line);
                }
                String raw = text.raw().get(line++);
                String candidate = SourceText.withoutEnd(raw);
                if (candidate.endsWith(opened.name()) && terminates(opened, candidate)) {
                    break;
                }
                body.append(raw);
            }
            bodies.add(opened.withBody(body.toString()));
        }
        return bodies.isEmpty() ? node : node.with(bodies, line);
    }

    private static boolean terminates(Heredoc heredoc, String candidate) {
        int from = 0;
        while (heredoc.stripsTabs() && from < candidate.length() && candidate.charAt(from) == '\t') {
            from++;
        }
        return candidate.substring(from).equals(heredoc.name());
    }

    private DockerfileException unterminated(SyntaxNode node, Heredoc heredoc, int from) {
        String near = "";
        for (int at = from; at < text.raw().size(); at++) {
            if (Blanks.trim(text.file().lines().get(at)).equals(heredoc.name())) {
                near = " Line " + (at + 1) + " has it with blanks around it"
                        + (heredoc.stripsTabs() ? "; <<- strips tabs only." : "; <<- would strip leading tabs.");
                break;
            }
        }
        int opener = opener(node.source().text(), heredoc.name());
        int end = opener;
        while (end < node.source().text().length()
                && (end < opener + 3 || !Blanks.isSpace(node.source().text().charAt(end)))) {
            end++;
        }
        return DockerfileException.at(
                node.source(),
                opener,
                end,
                "unterminated heredoc: no line from here to the end of the file is " + Quotes.quote(heredoc.name()),
                "Expected a line that holds " + heredoc.name() + " and nothing else." + near);
    }

    /** Where a line opens the heredoc of that name. */
    private static int opener(String text, String name) {
        int first = Math.max(0, text.indexOf("<<"));
        for (int at = first; at >= 0 && at < text.length(); at = text.indexOf("<<", at + 2)) {
            int from = at + 2;
            while (from < text.length()
                    && ("-'\"\\".indexOf(text.charAt(from)) >= 0 || Blanks.isSpace(text.charAt(from)))) {
                from++;
            }
            if (text.startsWith(name, from)) {
                return at;
            }
        }
        return first;
    }

    /** The length of a line without the escape character that continues it, or -1 if it doesn't go on. */
    private int continuedUpTo(String content) {
        int end = content.length();
        while (end > 0 && (content.charAt(end - 1) == ' ' || content.charAt(end - 1) == '\t')) {
            end--;
        }
        if (end == 0 || content.charAt(end - 1) != escape) {
            return -1;
        }
        boolean doubled = end > 1 && content.charAt(end - 2) == escape;
        return doubled ? -1 : end - 1;
    }
}
