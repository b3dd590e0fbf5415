package dev.slipway.network;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of certificates or a private key in the text form (RFC 7468) that flags and secrets have them in: read at once,
 * understood when it is needed.
 */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final byte[] RSA_ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final String EC_OID = "06072a8648ce3d0201";
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private final String file;
    private final String text;

    private Pem(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Reads a file without looking at what it holds. */
    public static Pem read(Path file) throws IOException {
        try {
            return new Pem(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new IOException("the certificate file \"%s\" can't be read: %s".formatted(file, reason(e)), e);
        }
    }

    /** A text that doesn't stand in a file; {@code name} is what messages call it. */
    public static Pem of(String name, String text) {
        return new Pem(name, text);
    }

    /** All certificates of the file; other blocks and text around them don't matter. */
    public List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            while (blocks.find()) {
                if (blocks.group(1).equals("CERTIFICATE") || blocks.group(1).equals("TRUSTED CERTIFICATE")) {
                    found.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(decode(blocks.group(2)))));
                }
            }
        } catch (CertificateException e) {
            throw new IOException(
                    "\"%s\" holds something that is no certificate: %s".formatted(file, e.getMessage()), e);
        }
        return found;
    }

    /** The private key of the file: PKCS #8, or RSA's and OpenSSL's older forms, none of them encrypted. */
    public PrivateKey privateKey() throws IOException {
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            byte[] der = decode(blocks.group(2));
            try {
                switch (blocks.group(1)) {
                    case "PRIVATE KEY" -> {
                        return fromPkcs8(der);
                    }
                    case "RSA PRIVATE KEY" -> {
                        return key("RSA", pkcs8(RSA_ALGORITHM, der));
                    }
                    case "EC PRIVATE KEY" -> {
                        return key("EC", pkcs8(curve(der), der));
                    }
                    default -> {
                        // certificates and parameters may stand in the same file
                    }
                }
            } catch (GeneralSecurityException e) {
                throw new IOException("the private key \"%s\" can't be read: %s".formatted(file, e.getMessage()), e);
            }
        }
        throw new IOException("\"%s\" holds no private key in PEM form without a passphrase; openssl pkey writes one"
                .formatted(file));
    }

    private static PrivateKey fromPkcs8(byte[] der) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("neither RSA, EC nor Ed25519");
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return key(algorithm, der);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }

    private static PrivateKey key(String algorithm, byte[] der) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /** Wraps an older form of key into PKCS #8 (RFC 5208), the only one that Java reads. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(new byte[] {2, 1, 0});
        content.writeBytes(algorithm);
        content.writeBytes(tagged(OCTETS, key));
        return tagged(SEQUENCE, content.toByteArray());
    }

    /** The algorithm of an elliptic key (RFC 5915): the curve stands in its field [0]. */
    private static byte[] curve(byte[] der) throws GeneralSecurityException {
        for (int i = 0; i + 3 < der.length; i++) {
            if ((der[i] & 0xff) == PARAMETERS && der[i + 2] == 6 && der[i + 1] == der[i + 3] + 2) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                content.writeBytes(HexFormat.of().parseHex(EC_OID));
                content.write(der, i + 2, der[i + 1]);
                return tagged(SEQUENCE, content.toByteArray());
            }
        }
        throw new GeneralSecurityException("the elliptic key doesn't name its curve");
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] decode(String base64) {
        return Base64.getMimeDecoder().decode(base64);
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "there is none" : String.valueOf(e.getMessage());
    }

    /** The file, never its contents. */
    @Override
    public String toString() {
        return file.toString();
    }
}
