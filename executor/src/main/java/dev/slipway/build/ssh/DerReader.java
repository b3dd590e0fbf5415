package dev.slipway.build.ssh;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Reads the few DER elements (X.690) that private keys are made of, one after the other. */
final class DerReader {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int CONTEXT = 0xa0;

    private final ByteBuffer bytes;

    DerReader(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    boolean nextIs(int tag) {
        return bytes.hasRemaining() && (bytes.get(bytes.position()) & 0xff) == tag;
    }

    /** The content of the next element, which must be of this kind. */
    byte[] content(int tag) {
        if (!nextIs(tag)) {
            throw new BufferUnderflowException();
        }
        bytes.get();
        int length = bytes.get() & 0xff;
        if (length >= 0x80) {
            int count = length & 0x7f;
            if (count == 0 || count > 3) {
                throw new BufferUnderflowException();
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | bytes.get() & 0xff;
            }
        }
        if (length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] content = new byte[length];
        bytes.get(content);
        return content;
    }

    DerReader inside(int tag) {
        return new DerReader(content(tag));
    }

    BigInteger integer() {
        return new BigInteger(content(INTEGER));
    }
}
