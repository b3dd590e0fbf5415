package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The text that an instruction was read from: its physical lines joined to one, and the way back from each character of
 * that to the file.
 */
public final class InstructionSource {
    private final SourceFile file;
    private final String keyword;
    private final String text;
    private final List<Piece> pieces;
    private final int endLine;
    private final List<String> comments;
    private final OptionalInt emptyContinuation;

    InstructionSource(
            SourceFile file,
            String keyword,
            String text,
            List<Piece> pieces,
            int endLine,
            List<String> comments,
            OptionalInt emptyContinuation) {
        this.file = file;
        this.keyword = keyword;
        this.text = text;
        this.pieces = List.copyOf(pieces);
        this.endLine = endLine;
        this.comments = List.copyOf(comments);
        this.emptyContinuation = emptyContinuation;
    }

    /** From where on the joined text comes from this line and column of the file. */
    record Piece(int offset, int line, int column) {}

    public SourceFile file() {
        return file;
    }

    /** The instruction's word as it was written: {@code RUN}, {@code run}, {@code Run}. */
    public String keyword() {
        return keyword;
    }

    /** The joined line as it was written, from the keyword on; without the bodies of heredocs. */
    public String text() {
        return text;
    }

    /** What follows the keyword, flags included, without the blanks around it. */
    public String arguments() {
        return Blanks.trim(text.substring(Math.min(keyword.length(), text.length())));
    }

    /** The comments straight above, in order, without their {@code #}. */
    public List<String> comments() {
        return comments;
    }

    /** The first line of the instruction. */
    public int line() {
        return pieces.getFirst().line();
    }

    /** All lines of the instruction, the bodies of its heredocs included. */
    public SourceRange range() {
        Piece first = pieces.getFirst();
        int lastColumn = endLine == first.line()
                ? first.column() + text.codePointCount(0, text.length())
                : columns(file.line(endLine)) + 1;
        return new SourceRange(first.line(), first.column(), endLine, lastColumn);
    }

    /** Where a part of the joined text stands in the file; {@code to} is the offset after its last character. */
    public SourceRange range(int from, int to) {
        int start = Math.clamp(from, 0, text.length());
        int end = Math.clamp(to, start, text.length());
        Piece first = pieceAt(start);
        int startColumn = first.column() + text.codePointCount(first.offset(), start);
        Piece last = end > start ? pieceAt(end - 1) : first;
        int endColumn = last.column() + text.codePointCount(last.offset(), end);
        return new SourceRange(first.line(), startColumn, last.line(), endColumn);
    }

    /**
     * The line that a message is about, with a mark below: below the first of the words that the instruction says, else
     * below its keyword.
     */
    public String excerpt(List<String> words) {
        for (String word : words) {
            int at = word.isBlank() ? -1 : text.indexOf(word, keyword.length());
            if (at >= 0) {
                return new Excerpt(file, range(at, at + word.length())).lines();
            }
        }
        return new Excerpt(file, range(0, keyword.length())).lines();
    }

    List<Piece> pieces() {
        return pieces;
    }

    /** The line to tell of if there are blank lines within the continued instruction. */
    OptionalInt emptyContinuation() {
        return emptyContinuation;
    }

    /** The same lines read as the instruction that begins at an offset: what ONBUILD holds. */
    InstructionSource from(int offset, String innerKeyword) {
        Piece first = pieceAt(offset);
        List<Piece> rest = new ArrayList<>();
        rest.add(new Piece(0, first.line(), first.column() + text.codePointCount(first.offset(), offset)));
        for (Piece piece : pieces) {
            if (piece.offset() > offset) {
                rest.add(new Piece(piece.offset() - offset, piece.line(), piece.column()));
            }
        }
        return new InstructionSource(
                file, innerKeyword, text.substring(offset), rest, endLine, comments, OptionalInt.empty());
    }

    InstructionSource endingAt(int line) {
        return new InstructionSource(file, keyword, text, pieces, line, comments, emptyContinuation);
    }

    private Piece pieceAt(int offset) {
        int low = 0;
        int high = pieces.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (pieces.get(middle).offset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return pieces.get(low);
    }

    private static int columns(String line) {
        return line.codePointCount(0, line.length());
    }

    @Override
    public String toString() {
        return file.name() + ":" + range().lines() + " " + text;
    }
}
