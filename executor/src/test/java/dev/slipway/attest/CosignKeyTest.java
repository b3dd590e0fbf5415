package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CosignKeyTest {

    @Test
    void derivesTheKeysOfTheRfc() {
        // RFC 7914, section 12
        assertThat(Scrypt.derive(new byte[0], new byte[0], 16, 1, 64))
                .isEqualTo(HexFormat.of()
                        .parseHex("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"));
        assertThat(Scrypt.derive(bytes("pleaseletmein"), bytes("SodiumChloride"), 16384, 8, 64))
                .startsWith(HexFormat.of().parseHex("7023bdcb3afd7348461c06cd81fd38eb"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void opensTheBoxOfNaClsOwnTests() {
        byte[] key = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        byte[] nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        byte[] plain = hex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a"
                + "1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057"
                + "e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040"
                + "e082f937763848645e0705");
        byte[] box = hex("f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4"
                + "476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738"
                + "b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de"
                + "56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5");
        assertThat(SecretBox.seal(plain, nonce, key)).isEqualTo(box);
        assertThat(SecretBox.open(box, nonce, key)).contains(plain);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void opensWhatItSealsAndNothingElse() {
        byte[] key = new byte[32];
        byte[] nonce = new byte[24];
        nonce[3] = 7;
        byte[] box = SecretBox.seal(
                bytes("a text of more than sixty-four bytes, so that it takes two blocks or three"), nonce, key);
        assertThat(SecretBox.open(box, nonce, key)).isPresent();
        box[20] ^= 1;
        assertThat(SecretBox.open(box, nonce, key)).isEmpty();
    }

    @Test
    void decryptsAKeyWithItsPasswordOnly() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        String text = CosignKeys.encrypted(pair.getPrivate(), "secret");
        assertThat(CosignKey.decrypt(text, "secret", "k")).isEqualTo(pair.getPrivate());
        assertThatThrownBy(() -> CosignKey.decrypt(text, "other", "k"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("COSIGN_PASSWORD");
    }

    @Test
    void saysOfADamagedKeyWhichOneItIs() {
        String text =
                "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nbm8gSlNPTg==\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";
        assertThatThrownBy(() -> CosignKey.decrypt(text, "", "\"cosign.key\""))
                .isInstanceOf(IOException.class)
                .hasMessage("the private key in \"cosign.key\" is damaged: it holds no JSON in base 64");
    }
}
