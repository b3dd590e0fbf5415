package dev.slipway.build.ssh;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;

/**
 * A key that our agent signs with.
 *
 * @param algorithm which of ssh's kinds it is
 * @param publicBlob how ssh writes the public half, RFC 4253 section 6.6
 * @param comment what a client shows of it
 */
record AgentKey(Algorithm algorithm, PrivateKey key, byte[] publicBlob, String comment) {

    /** The kinds of keys, with the names of RFC 8332, 5656 and 8709. */
    enum Algorithm {
        RSA("ssh-rsa", "", "", 0),
        NISTP256("ecdsa-sha2-nistp256", "secp256r1", "SHA256withECDSAinP1363Format", 32),
        NISTP384("ecdsa-sha2-nistp384", "secp384r1", "SHA384withECDSAinP1363Format", 48),
        NISTP521("ecdsa-sha2-nistp521", "secp521r1", "SHA512withECDSAinP1363Format", 66),
        ED25519("ssh-ed25519", "", "Ed25519", 0);

        private final String sshName;
        private final String curve;
        private final String signature;
        private final int fieldBytes;

        Algorithm(String sshName, String curve, String signature, int fieldBytes) {
            this.sshName = sshName;
            this.curve = curve;
            this.signature = signature;
            this.fieldBytes = fieldBytes;
        }

        String sshName() {
            return sshName;
        }

        /** The JDK's name of the curve; empty where there is none to choose. */
        String curve() {
            return curve;
        }

        /** The curve's name inside ssh's keys. */
        String sshCurve() {
            return sshName.substring(sshName.lastIndexOf('-') + 1);
        }

        int fieldBytes() {
            return fieldBytes;
        }
    }

    private static final int RSA_SHA256 = 2;
    private static final int RSA_SHA512 = 4;

    /** Signs as the agent protocol asks; the flags choose RSA's hash. */
    byte[] sign(byte[] data, int flags) throws GeneralSecurityException {
        return switch (algorithm) {
            case RSA ->
                (flags & RSA_SHA512) != 0
                        ? signature("rsa-sha2-512", signed("SHA512withRSA", data))
                        : (flags & RSA_SHA256) != 0
                                ? signature("rsa-sha2-256", signed("SHA256withRSA", data))
                                : signature("ssh-rsa", signed("SHA1withRSA", data));
            case ED25519 -> signature(algorithm.sshName, signed(algorithm.signature, data));
            case NISTP256, NISTP384, NISTP521 -> {
                byte[] both = signed(algorithm.signature, data);
                int half = both.length / 2;
                byte[] pair = new WireWriter()
                        .integer(new BigInteger(1, Arrays.copyOf(both, half)))
                        .integer(new BigInteger(1, Arrays.copyOfRange(both, half, both.length)))
                        .toBytes();
                yield signature(algorithm.sshName, pair);
            }
        };
    }

    private byte[] signed(String name, byte[] data) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(name);
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }

    private static byte[] signature(String name, byte[] bytes) {
        return new WireWriter().text(name).string(bytes).toBytes();
    }

    /** Says nothing of the private half. */
    @Override
    public String toString() {
        return algorithm.sshName + " " + comment;
    }
}
