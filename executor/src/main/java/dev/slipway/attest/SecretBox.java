package dev.slipway.attest;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** NaCl's secretbox, XSalsa20 with Poly1305, which the JDK doesn't have; for texts as short as keys. */
final class SecretBox {
    private static final int TAG_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 24;
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    private static final BigInteger PRIME = BigInteger.ONE.shiftLeft(130).subtract(BigInteger.valueOf(5));
    private static final BigInteger CLAMP = new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16);

    private SecretBox() {}

    /** The plain text, where the tag says that key and box are right. */
    static Optional<byte[]> open(byte[] box, byte[] nonce, byte[] key) {
        if (box.length < TAG_BYTES || nonce.length != NONCE_BYTES || key.length != KEY_BYTES) {
            return Optional.empty();
        }
        byte[] cipher = Arrays.copyOfRange(box, TAG_BYTES, box.length);
        byte[] stream = stream(nonce, key, KEY_BYTES + cipher.length);
        byte[] tag = poly1305(cipher, Arrays.copyOf(stream, KEY_BYTES));
        return MessageDigest.isEqual(tag, Arrays.copyOf(box, TAG_BYTES))
                ? Optional.of(mixed(cipher, stream))
                : Optional.empty();
    }

    /** The counterpart of {@link #open}. */
    static byte[] seal(byte[] plain, byte[] nonce, byte[] key) {
        byte[] stream = stream(nonce, key, KEY_BYTES + plain.length);
        byte[] cipher = mixed(plain, stream);
        return ByteBuffer.allocate(TAG_BYTES + cipher.length)
                .put(poly1305(cipher, Arrays.copyOf(stream, KEY_BYTES)))
                .put(cipher)
                .array();
    }

    private static byte[] mixed(byte[] text, byte[] stream) {
        byte[] mixed = text.clone();
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] ^= stream[KEY_BYTES + i];
        }
        return mixed;
    }

    /** XSalsa20: a key made of the nonce's first part, then Salsa20 with the rest. */
    private static byte[] stream(byte[] nonce, byte[] key, int length) {
        int[] state = state(ints(key), ints(Arrays.copyOf(nonce, 16)));
        rounds(state, 20);
        int[] derived = {state[0], state[5], state[10], state[15], state[6], state[7], state[8], state[9]};
        int[] rest = ints(Arrays.copyOfRange(nonce, 16, NONCE_BYTES));
        ByteBuffer out = ByteBuffer.allocate((length + 63) / 64 * 64).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; out.hasRemaining(); block++) {
            int[] before = state(derived, new int[] {rest[0], rest[1], block, 0});
            int[] after = before.clone();
            rounds(after, 20);
            for (int i = 0; i < 16; i++) {
                out.putInt(before[i] + after[i]);
            }
        }
        return out.array();
    }

    private static int[] state(int[] key, int[] input) {
        return new int[] {
            SIGMA[0], key[0], key[1], key[2], key[3], SIGMA[1], input[0], input[1],
            input[2], input[3], SIGMA[2], key[4], key[5], key[6], key[7], SIGMA[3]
        };
    }

    private static int[] ints(byte[] bytes) {
        int[] ints = new int[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ints);
        return ints;
    }

    /** Salsa20's rounds on a block of 16 words, in place, without the final addition. */
    static void rounds(int[] x, int count) {
        for (int i = 0; i < count; i += 2) {
            for (int column = 0; column < 4; column++) {
                quarter(x, 5 * column % 16, (5 * column + 4) % 16, (5 * column + 8) % 16, (5 * column + 12) % 16);
            }
            for (int row = 0; row < 4; row++) {
                quarter(x, 5 * row, 4 * row + (row + 1) % 4, 4 * row + (row + 2) % 4, 4 * row + (row + 3) % 4);
            }
        }
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[b] ^= Integer.rotateLeft(x[a] + x[d], 7);
        x[c] ^= Integer.rotateLeft(x[b] + x[a], 9);
        x[d] ^= Integer.rotateLeft(x[c] + x[b], 13);
        x[a] ^= Integer.rotateLeft(x[d] + x[c], 18);
    }

    private static byte[] poly1305(byte[] message, byte[] key) {
        BigInteger r = number(key, 0, 16).and(CLAMP);
        BigInteger sum = BigInteger.ZERO;
        for (int at = 0; at < message.length; at += 16) {
            int length = Math.min(16, message.length - at);
            BigInteger block = number(message, at, length).setBit(8 * length);
            sum = sum.add(block).multiply(r).mod(PRIME);
        }
        byte[] big = sum.add(number(key, 16, 16)).toByteArray();
        byte[] tag = new byte[TAG_BYTES];
        for (int i = 0; i < Math.min(TAG_BYTES, big.length); i++) {
            tag[i] = big[big.length - 1 - i];
        }
        return tag;
    }

    private static BigInteger number(byte[] bytes, int from, int length) {
        byte[] big = new byte[length];
        for (int i = 0; i < length; i++) {
            big[i] = bytes[from + length - 1 - i];
        }
        return new BigInteger(1, big);
    }
}
