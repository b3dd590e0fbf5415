package dev.slipway.dockerfile;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes of a Dockerfile as lines: decoded, without byte-order mark, with their line ends, none too long.
 *
 * @param file the lines without their ends, to quote from
 * @param raw the lines as they are, to take heredocs from
 * @param foreign the first byte that is no UTF-8 of each line that has one, by the line's index; only lines that look like
 *     comments can, as older files have names of people there
 */
record SourceText(SourceFile file, List<String> raw, Map<Integer, Integer> foreign) {
    private static final int LONGEST_LINE_BYTES = 65_535;

    static SourceText decode(String name, byte[] content) throws DockerfileException {
        int mark = content.length >= 3
                        && content[0] == (byte) 0xEF
                        && content[1] == (byte) 0xBB
                        && content[2] == (byte) 0xBF
                ? 3
                : 0;
        ByteBuffer bytes = ByteBuffer.wrap(content, mark, content.length - mark);
        CharBuffer characters = CharBuffer.allocate(content.length - mark);
        CoderResult result = strict().decode(bytes, characters, true);
        SourceText text = result.isUnderflow()
                ? split(name, characters.flip().toString(), Map.of())
                : split(
                        name,
                        new String(content, mark, content.length - mark, StandardCharsets.UTF_8),
                        foreignBytes(content, mark));
        for (int line : text.foreign.keySet().stream().sorted().toList()) {
            if (!Blanks.trim(text.raw.get(line)).startsWith("#")) {
                throw text.notText(line);
            }
        }
        text.checkLengths();
        return text;
    }

    private static CharsetDecoder strict() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static Map<Integer, Integer> foreignBytes(byte[] content, int mark) {
        Map<Integer, Integer> foreign = new HashMap<>();
        CharBuffer characters = CharBuffer.allocate(content.length);
        int line = 0;
        int start = mark;
        while (start < content.length) {
            int end = start;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            ByteBuffer bytes = ByteBuffer.wrap(content, start, end - start);
            if (!strict().decode(bytes, characters.clear(), true).isUnderflow()) {
                foreign.put(line, content[bytes.position()] & 0xFF);
            }
            start = end + 1;
            line++;
        }
        return foreign;
    }

    /** What to say of a line that is needed, but is no text. */
    DockerfileException notText(int index) {
        String line = file.lines().get(index);
        int column = line.codePointCount(0, Math.max(0, line.indexOf(0xFFFD))) + 1;
        return new DockerfileException(
                file,
                new SourceRange(index + 1, column, index + 1, column + 1),
                "not UTF-8: the byte 0x%02X at line %d, column %d".formatted(foreign.get(index), index + 1, column),
                "Save the file as UTF-8.");
    }

    private static SourceText split(String name, String text, Map<Integer, Integer> foreign) {
        List<String> raw = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end + 1;
            String line = text.substring(at, end);
            raw.add(line);
            lines.add(withoutEnd(line));
            at = end;
        }
        return new SourceText(new SourceFile(name, lines), raw, Map.copyOf(foreign));
    }

    static String withoutEnd(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
            end--;
        }
        return line.substring(0, end);
    }

    private void checkLengths() throws DockerfileException {
        for (int at = 0; at < raw.size(); at++) {
            String line = raw.get(at);
            if (line.length() > LONGEST_LINE_BYTES / 3) {
                int ends = line.endsWith("\n") ? 1 : 0;
                int bytes = line.getBytes(StandardCharsets.UTF_8).length - ends;
                if (bytes > LONGEST_LINE_BYTES) {
                    throw new DockerfileException(
                            file,
                            new SourceRange(at + 1, 1, at + 1, 2),
                            "a line of " + bytes + " bytes is too long",
                            "A line may have " + LONGEST_LINE_BYTES
                                    + " bytes; split it by the escape character at line ends.");
                }
            }
        }
    }
}
