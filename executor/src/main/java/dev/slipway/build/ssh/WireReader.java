package dev.slipway.build.ssh;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads ssh's data types, RFC 4251 section 5. Running out of bytes is a {@link BufferUnderflowException}. */
final class WireReader {
    private final ByteBuffer bytes;

    WireReader(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    int unsignedByte() {
        return bytes.get() & 0xff;
    }

    int number() {
        return bytes.getInt();
    }

    byte[] raw(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] raw = new byte[length];
        bytes.get(raw);
        return raw;
    }

    byte[] string() {
        return raw(bytes.getInt());
    }

    String text() {
        return new String(string(), StandardCharsets.UTF_8);
    }

    BigInteger integer() {
        return new BigInteger(string());
    }
}
