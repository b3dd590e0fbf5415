package dev.slipway.attest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The password hash of RFC 7914 without parallelism, which the JDK doesn't have. */
final class Scrypt {
    private static final int HASH_BYTES = 32;

    private Scrypt() {}

    /** @param cost a power of two: how many blocks of 128 times {@code blockSize} bytes are held */
    static byte[] derive(byte[] password, byte[] salt, int cost, int blockSize, int lengthBytes) {
        byte[] mixed = pbkdf2(password, salt, 128 * blockSize);
        int[] block = new int[32 * blockSize];
        ByteBuffer.wrap(mixed).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(block);
        mix(block, cost, blockSize);
        ByteBuffer.wrap(mixed).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(block);
        return pbkdf2(password, mixed, lengthBytes);
    }

    private static void mix(int[] block, int cost, int blockSize) {
        int[][] seen = new int[cost][];
        for (int i = 0; i < cost; i++) {
            seen[i] = block.clone();
            shuffle(block, blockSize);
        }
        for (int i = 0; i < cost; i++) {
            int[] other = seen[block[(2 * blockSize - 1) * 16] & (cost - 1)];
            for (int k = 0; k < block.length; k++) {
                block[k] ^= other[k];
            }
            shuffle(block, blockSize);
        }
    }

    private static void shuffle(int[] block, int blockSize) {
        int[] last = Arrays.copyOfRange(block, block.length - 16, block.length);
        int[] shuffled = new int[block.length];
        for (int i = 0; i < 2 * blockSize; i++) {
            for (int k = 0; k < 16; k++) {
                last[k] ^= block[16 * i + k];
            }
            int[] before = last.clone();
            SecretBox.rounds(last, 8);
            for (int k = 0; k < 16; k++) {
                last[k] += before[k];
            }
            System.arraycopy(last, 0, shuffled, 16 * (i / 2 + (i % 2) * blockSize), 16);
        }
        System.arraycopy(shuffled, 0, block, 0, block.length);
    }

    /** PBKDF2 with HMAC-SHA-256 and one iteration; the JDK's takes neither an empty password nor bytes. */
    private static byte[] pbkdf2(byte[] password, byte[] salt, int lengthBytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // A key of one zero is the same key as an empty one, which the JDK refuses.
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
            ByteBuffer out = ByteBuffer.allocate((lengthBytes + HASH_BYTES - 1) / HASH_BYTES * HASH_BYTES);
            for (int i = 1; out.hasRemaining(); i++) {
                mac.update(salt);
                out.put(mac.doFinal(ByteBuffer.allocate(4).putInt(i).array()));
            }
            return Arrays.copyOf(out.array(), lengthBytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }
}
