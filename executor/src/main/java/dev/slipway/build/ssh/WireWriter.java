package dev.slipway.build.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes ssh's data types, RFC 4251 section 5. */
final class WireWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    WireWriter unsignedByte(int value) {
        bytes.write(value);
        return this;
    }

    WireWriter number(int value) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
        return this;
    }

    WireWriter string(byte[] value) {
        number(value.length);
        bytes.writeBytes(value);
        return this;
    }

    WireWriter text(String value) {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    WireWriter integer(BigInteger value) {
        return string(value.signum() == 0 ? new byte[0] : value.toByteArray());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
