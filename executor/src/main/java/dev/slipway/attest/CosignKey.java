package dev.slipway.attest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.network.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key as {@code cosign generate-key-pair} writes it: PKCS #8 in a NaCl secretbox, whose key scrypt makes of the
 * password.
 */
final class CosignKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ENCRYPTED (?:COSIGN|SIGSTORE) PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END ");
    /** cosign's own costs are 2^15 and 2^16; more would be an attack on our memory. */
    private static final int HIGHEST_COST = 1 << 20;

    private CosignKey() {}

    static boolean isEncrypted(String text) {
        return BLOCK.matcher(text).find();
    }

    static PrivateKey decrypt(String text, String password, String name) throws IOException {
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException("not an encrypted key");
        }
        JsonNode envelope;
        try {
            envelope = new JsonMapper().readTree(Base64.getMimeDecoder().decode(block.group(1)));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("the private key in %s is damaged: it holds no JSON in base 64".formatted(name), e);
        }
        JsonNode derivation = envelope.path("kdf");
        int cost = derivation.at("/params/N").asInt();
        int blockSize = derivation.at("/params/r").asInt();
        int parallelism = derivation.at("/params/p").asInt();
        boolean known = derivation.path("name").asText().equals("scrypt")
                && envelope.at("/cipher/name").asText().equals("nacl/secretbox");
        if (!known || cost < 2 || cost > HIGHEST_COST || blockSize != 8 || parallelism != 1) {
            throw new IOException(
                    "the private key in %s is encrypted in a way that cosign doesn't use".formatted(name));
        }
        byte[] key = Scrypt.derive(
                password.getBytes(StandardCharsets.UTF_8), base64(derivation.path("salt")), cost, blockSize, 32);
        byte[] plain = SecretBox.open(base64(envelope.path("ciphertext")), base64(envelope.at("/cipher/nonce")), key)
                .orElseThrow(() -> new IOException(
                        "the private key in %s can't be decrypted: is COSIGN_PASSWORD its password?".formatted(name)));
        return Pem.of(
                        name,
                        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----"
                                .formatted(Base64.getEncoder().encodeToString(plain)))
                .privateKey();
    }

    private static byte[] base64(JsonNode text) {
        return Base64.getDecoder().decode(text.asText());
    }
}
