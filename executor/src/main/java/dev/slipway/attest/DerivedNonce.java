package dev.slipway.attest;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What ECDSA takes for chance, made of the key and the message as in RFC 6979: the same key then signs the same message
 * in the same way, so that a build that is repeated adds no further signature and moves no tag. Nobody without the key
 * can tell it from chance, and no two messages share it.
 */
final class DerivedNonce extends SecureRandom {
    private static final long serialVersionUID = 1;
    private static final String MAC = "HmacSHA256";

    private final transient Mac mac;
    private int block;

    DerivedNonce(PrivateKey key, byte[] message) throws GeneralSecurityException {
        mac = Mac.getInstance(MAC);
        mac.init(new SecretKeySpec(key.getEncoded(), MAC));
        mac.init(new SecretKeySpec(mac.doFinal(message), MAC));
    }

    @Override
    public void nextBytes(byte[] bytes) {
        for (int from = 0; from < bytes.length; ) {
            byte[] more = mac.doFinal(Integer.toString(block++).getBytes(StandardCharsets.US_ASCII));
            int count = Math.min(more.length, bytes.length - from);
            System.arraycopy(more, 0, bytes, from, count);
            from += count;
        }
    }
}
