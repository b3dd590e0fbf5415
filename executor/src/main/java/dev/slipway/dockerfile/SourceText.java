package dev.slipway.dockerfile;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a Dockerfile as lines: decoded, without byte-order mark, with their line ends, none too long.
 *
 * @param file the lines without their ends, to quote from
 * @param raw the lines as they are, to take heredocs from
 */
record SourceText(SourceFile file, List<String> raw) {
    private static final int LONGEST_LINE_BYTES = 65_535;

    static SourceText decode(String name, byte[] content) throws DockerfileException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        int mark = content.length >= 3
                        && content[0] == (byte) 0xEF
                        && content[1] == (byte) 0xBB
                        && content[2] == (byte) 0xBF
                ? 3
                : 0;
        ByteBuffer bytes = ByteBuffer.wrap(content, mark, content.length - mark);
        CharBuffer characters = CharBuffer.allocate(content.length - mark);
        CoderResult result = decoder.decode(bytes, characters, true);
        if (!result.isUnderflow()) {
            throw notText(name, characters.flip().toString(), content[bytes.position()] & 0xFF);
        }
        SourceText text = split(name, characters.flip().toString());
        text.checkLengths();
        return text;
    }

    private static SourceText split(String name, String text) {
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
        return new SourceText(new SourceFile(name, lines), raw);
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

    private static DockerfileException notText(String name, String before, int badByte) {
        SourceText known = split(name, before);
        int line = (int) before.chars().filter(ch -> ch == '\n').count() + 1;
        String onLine = before.substring(before.lastIndexOf('\n') + 1);
        int column = onLine.codePointCount(0, onLine.length()) + 1;
        return new DockerfileException(
                known.file(),
                new SourceRange(line, column, line, column + 1),
                "not UTF-8: the byte 0x" + String.format("%02X", badByte) + " at line " + line + ", column " + column,
                "Save the file as UTF-8.");
    }
}
