package dev.slipway.attest;

import dev.slipway.network.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Map;

/** The private key of {@code --sign}: a PEM file, or an environment variable that holds one, as cosign takes them. */
public final class SigningKey {
    private static final String VARIABLE = "env://";

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Reads the key.
     *
     * @param reference a path, {@code env://NAME}, or the PEM text itself
     * @param environment where the variable is, and {@code COSIGN_PASSWORD} for a key that cosign made
     * @throws IllegalArgumentException where the reference is of a kind that isn't read
     * @throws IOException where there is no key
     */
    public static SigningKey read(String reference, Path workingDirectory, Map<String, String> environment)
            throws IOException {
        String name;
        String text;
        if (reference.startsWith(VARIABLE)) {
            name = "the variable " + reference.substring(VARIABLE.length());
            text = environment.getOrDefault(reference.substring(VARIABLE.length()), "");
            if (text.isEmpty()) {
                throw new IOException("--sign %s: the variable isn't set".formatted(reference));
            }
        } else if (reference.startsWith("-----BEGIN ")) {
            name = "the key given";
            text = reference;
        } else if (reference.contains("://")) {
            throw new IllegalArgumentException(
                    "--sign \"%s\": keys are read from files and env://VARIABLE, not from key management services"
                            .formatted(reference));
        } else {
            Path file = workingDirectory.resolve(reference);
            name = file.toString();
            if (!Files.isRegularFile(file)) {
                throw new IOException(
                        "--sign \"%s\": there is no such file; give a private key in PEM form".formatted(reference));
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        }
        if (CosignKey.isEncrypted(text)) {
            return new SigningKey(CosignKey.decrypt(text, environment.getOrDefault("COSIGN_PASSWORD", ""), name));
        }
        return new SigningKey(Pem.of(name, text).privateKey());
    }

    /**
     * A signature with SHA-256 over the message, as cosign makes it: ECDSA in DER, RSA with PKCS #1 1.5, or Ed25519; the
     * same one whenever it is asked for.
     */
    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default -> "Ed25519";
                    });
            signature.initSign(key, new DerivedNonce(key, message));
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this key can't sign: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
