package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Cuts one stream of bytes into lines, with bounded memory. */
final class LineSplitter {
    private static final int LONGEST = 64 * 1024;
    private static final int LONGEST_CHARACTER = 4;

    private final OutputListener.Stream stream;
    private final OutputListener listener;
    private final byte[] line = new byte[LONGEST];
    private int length;

    LineSplitter(OutputListener.Stream stream, OutputListener listener) {
        this.stream = stream;
        this.listener = listener;
    }

    void add(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                end(length > 0 && line[length - 1] == '\r' ? length - 1 : length);
            } else {
                if (length == LONGEST) {
                    part();
                }
                line[length++] = bytes[i];
            }
        }
    }

    /** The stream has ended: what is left is a line, too. */
    void end() {
        if (length > 0) {
            end(length);
        }
    }

    private void end(int shown) {
        String text = new String(line, 0, shown, UTF_8);
        length = 0;
        listener.line(stream, text);
    }

    /** Hands on what is there, but for a last character of which more is to come. */
    private void part() {
        int whole = length;
        for (int back = 1; back < LONGEST_CHARACTER; back++) {
            int b = line[length - back] & 0xff;
            if (b >= 0xc0) {
                int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                whole = needed > back ? length - back : length;
                break;
            }
            if (b < 0x80) {
                break;
            }
        }
        String text = new String(line, 0, whole, UTF_8);
        System.arraycopy(line, whole, line, 0, length - whole);
        length -= whole;
        listener.line(stream, text);
    }
}
