package dev.slipway.archive.tar;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Shows a byte string in a message so that it can neither garble a terminal nor be mistaken for another one. */
final class EscapedName {
    private static final int SHOWN_BYTES = 400;

    private EscapedName() {}

    static String of(byte[] name) {
        int shown = Math.min(name.length, SHOWN_BYTES);
        String tail = shown < name.length ? "… (" + name.length + " bytes)" : "";
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name, 0, shown))
                    .toString();
            StringBuilder escaped = new StringBuilder();
            text.codePoints().forEach(c -> {
                if (c == '\\') {
                    escaped.append("\\\\");
                } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                    escaped.append("\\u{").append(Integer.toHexString(c)).append('}');
                } else {
                    escaped.appendCodePoint(c);
                }
            });
            return escaped + tail;
        } catch (CharacterCodingException notUtf8) {
            StringBuilder escaped = new StringBuilder();
            for (int i = 0; i < shown; i++) {
                byte b = name[i];
                if (b >= 0x20 && b < 0x7f && b != '\\') {
                    escaped.append((char) b);
                } else {
                    escaped.append("\\x").append(HexFormat.of().toHexDigits(b));
                }
            }
            return escaped + tail;
        }
    }
}
