package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Base64;

/** Private keys as {@code cosign generate-key-pair} writes them. */
public final class CosignKeys {
    private static final int COST = 32768;

    private CosignKeys() {}

    public static String encrypted(PrivateKey key, String password) {
        byte[] salt = new byte[32];
        byte[] nonce = new byte[24];
        salt[0] = 1;
        nonce[0] = 2;
        byte[] derived = Scrypt.derive(password.getBytes(StandardCharsets.UTF_8), salt, COST, 8, 32);
        ObjectNode envelope = JsonNodeFactory.instance.objectNode();
        ObjectNode derivation = envelope.putObject("kdf").put("name", "scrypt");
        derivation.putObject("params").put("N", COST).put("r", 8).put("p", 1);
        derivation.put("salt", salt);
        envelope.putObject("cipher").put("name", "nacl/secretbox").put("nonce", nonce);
        envelope.put("ciphertext", SecretBox.seal(key.getEncoded(), nonce, derived));
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(envelope.toString().getBytes(StandardCharsets.UTF_8));
        return "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n" + text
                + "\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n";
    }
}
