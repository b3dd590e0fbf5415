package dev.slipway.archive.tar;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The records of a PAX extended header, {@code "LENGTH KEY=VALUE\n"}, in the order of the archive and with values as
 * bytes. POSIX.1-2017 pax, "pax Extended Header".
 */
final class PaxRecords {
    static final String XATTR = "SCHILY.xattr.";
    private static final Pattern TIME = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]*)?");
    private static final int LONGEST_TIME = 64;

    /** How much the records that hold at a time may take: the local ones of one entry, and the global ones. */
    static final long MOST_HELD_BYTES = 4 << 20;

    /** One record; the key may come more than once (GNU sparse 0.0). */
    record PaxRecord(String key, byte[] value) {
        /** What a list or map and the objects themselves take besides the text, at least. */
        private static final int OVERHEAD_BYTES = 64;

        /** About how much memory it holds. */
        long heldBytes() {
            return OVERHEAD_BYTES + key.length() + value.length;
        }

        String text() {
            return new String(value, StandardCharsets.ISO_8859_1);
        }
    }

    private PaxRecords() {}

    static List<PaxRecord> parse(byte[] header) throws TarException {
        List<PaxRecord> records = new ArrayList<>();
        int at = 0;
        while (at < header.length) {
            int space = at;
            long length = 0;
            while (space < header.length && header[space] >= '0' && header[space] <= '9' && length <= header.length) {
                length = length * 10 + header[space++] - '0';
            }
            if (space == at || space >= header.length || header[space] != ' ') {
                throw new TarException("its PAX header has no length at byte " + at);
            }
            int end = (int) Math.min(at + length, Integer.MAX_VALUE);
            if (end > header.length || end <= space + 1 || header[end - 1] != '\n') {
                throw new TarException("its PAX header has a record of a wrong length at byte " + at);
            }
            int equals = space + 1;
            while (equals < end && header[equals] != '=') {
                equals++;
            }
            if (equals == end || equals == space + 1) {
                throw new TarException("its PAX header has a record without a key at byte " + at);
            }
            records.add(new PaxRecord(key(header, space + 1, equals), Arrays.copyOfRange(header, equals + 1, end - 1)));
            at = end;
        }
        return records;
    }

    private static String key(byte[] header, int from, int to) throws TarException {
        for (int at = from; at < to; at++) {
            if (header[at] == 0) {
                throw new TarException("its PAX header has a key with a NUL at byte " + at);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(header, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TarException("its PAX header has a key that isn't UTF-8 at byte " + from);
        }
    }

    static void write(String key, byte[] value, ByteArrayOutputStream out) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        int rest = keyBytes.length + value.length + 3;
        int length = rest + digits(rest);
        if (digits(length) > digits(rest)) {
            length = rest + digits(length);
        }
        out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
        out.write(' ');
        out.writeBytes(keyBytes);
        out.write('=');
        out.writeBytes(value);
        out.write('\n');
    }

    static void write(String key, String value, ByteArrayOutputStream out) {
        write(key, value.getBytes(StandardCharsets.US_ASCII), out);
    }

    private static int digits(int number) {
        return Integer.toString(number).length();
    }

    static long number(PaxRecord record) throws TarException {
        byte[] digits = record.value();
        if (digits.length == 0 || digits.length > 18) {
            throw notANumber(record);
        }
        long value = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9') {
                throw notANumber(record);
            }
            value = value * 10 + digit - '0';
        }
        return value;
    }

    private static TarException notANumber(PaxRecord record) {
        return new TarException(
                "its PAX record \"" + record.key() + "\" is no number: \"" + EscapedName.of(record.value()) + "\"");
    }

    static Instant time(PaxRecord record) throws TarException {
        String text = record.text();
        if (text.length() > LONGEST_TIME || !TIME.matcher(text).matches()) {
            throw notANumber(record);
        }
        BigDecimal seconds = new BigDecimal(text.endsWith(".") ? text + "0" : text);
        BigDecimal nanos = seconds.movePointRight(9);
        try {
            var parts = nanos.toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
            return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
        } catch (DateTimeException | ArithmeticException e) {
            throw notANumber(record);
        }
    }

    static String format(Instant time) {
        BigDecimal seconds = BigDecimal.valueOf(time.getEpochSecond()).add(BigDecimal.valueOf(time.getNano(), 9));
        return seconds.stripTrailingZeros().toPlainString();
    }

    /**
     * The key of an extended attribute. A record's key ends at the first {@code =}, so GNU tar writes {@code =} as
     * {@code %3D} and {@code %} as {@code %25}; Go's readers decode neither. A percent sign is therefore escaped only
     * where leaving it could be misread.
     */
    static String xattrKey(String name) {
        StringBuilder key = new StringBuilder(XATTR);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '=') {
                key.append("%3D");
            } else if (c == '%' && (name.startsWith("25", i + 1) || name.startsWith("3D", i + 1))) {
                key.append("%25");
            } else {
                key.append(c);
            }
        }
        return key.toString();
    }

    static String xattrName(String key) {
        StringBuilder name = new StringBuilder();
        for (int i = XATTR.length(); i < key.length(); i++) {
            if (key.startsWith("%25", i)) {
                name.append('%');
                i += 2;
            } else if (key.startsWith("%3D", i)) {
                name.append('=');
                i += 2;
            } else {
                name.append(key.charAt(i));
            }
        }
        return name.toString();
    }
}
