package dev.slipway.build.ssh;

import dev.slipway.build.ssh.AgentKey.Algorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file with a private key, in the forms that ssh-keygen and openssl write: OpenSSH's own (PROTOCOL.key), PKCS #1, SEC 1
 * and PKCS #8. Keys behind a passphrase are refused: nobody is there to be asked for it.
 */
final class PrivateKeyFile {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final String RSA_OID = "2a864886f70d010101";
    private static final String EC_OID = "2a8648ce3d0201";
    private static final int LARGEST_BYTES = 1 << 20;

    private final Path file;

    private PrivateKeyFile(Path file) {
        this.file = file;
    }

    /** Reads the key of {@code --ssh ID=FILE}. */
    static AgentKey read(Path file) throws AgentException {
        return new PrivateKeyFile(file).read();
    }

    private AgentKey read() throws AgentException {
        String text;
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                throw refusal("too large for a private key");
            }
            text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AgentException(
                    "--ssh: \"%s\" can't be read: %s; give the socket of an agent, or a file with a private key"
                            .formatted(file, e instanceof NoSuchFileException ? "no such file" : e.getMessage()),
                    e);
        }
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw refusal("no private key; give the file that ssh-keygen wrote, not the .pub beside it");
        }
        String body = pem.group(2);
        if (pem.group(1).startsWith("ENCRYPTED") || body.contains("Proc-Type:")) {
            throw behindPassphrase();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(body);
            return switch (pem.group(1)) {
                case "OPENSSH PRIVATE KEY" -> openSsh(bytes);
                case "RSA PRIVATE KEY" -> pkcs1(bytes);
                case "EC PRIVATE KEY" -> sec1(bytes, "");
                case "PRIVATE KEY" -> pkcs8(bytes);
                default -> throw unknown(pem.group(1));
            };
        } catch (BufferUnderflowException | IllegalArgumentException | GeneralSecurityException e) {
            throw new AgentException("--ssh: \"%s\" is a damaged private key".formatted(file), e);
        }
    }

    private AgentKey openSsh(byte[] bytes) throws AgentException, GeneralSecurityException {
        WireReader reader = new WireReader(bytes);
        if (!Arrays.equals(reader.raw(MAGIC.length), MAGIC)) {
            throw new IllegalArgumentException("not OpenSSH's form");
        }
        String cipher = reader.text();
        reader.string();
        reader.string();
        if (!cipher.equals("none")) {
            throw behindPassphrase();
        }
        if (reader.number() != 1) {
            throw refusal("more than one key in a file");
        }
        reader.string();
        WireReader key = new WireReader(reader.string());
        int check = key.number();
        if (check != key.number()) {
            throw new IllegalArgumentException("the check numbers differ");
        }
        String type = key.text();
        Algorithm algorithm = Arrays.stream(Algorithm.values())
                .filter(each -> each.sshName().equals(type))
                .findFirst()
                .orElseThrow(() -> unknown(type));
        return switch (algorithm) {
            case ED25519 -> {
                byte[] publicKey = key.string();
                byte[] both = key.string();
                yield ed25519(Arrays.copyOf(both, 32), publicKey, key.text());
            }
            case RSA -> {
                BigInteger n = key.integer();
                BigInteger e = key.integer();
                BigInteger d = key.integer();
                BigInteger inverse = key.integer();
                BigInteger p = key.integer();
                BigInteger q = key.integer();
                BigInteger one = BigInteger.ONE;
                yield rsa(
                        new RSAPrivateCrtKeySpec(
                                n, e, d, p, q, d.mod(p.subtract(one)), d.mod(q.subtract(one)), inverse),
                        key.text());
            }
            case NISTP256, NISTP384, NISTP521 -> {
                key.string();
                byte[] point = key.string();
                BigInteger scalar = key.integer();
                yield ecdsa(algorithm, scalar, point, key.text());
            }
        };
    }

    private AgentKey pkcs1(byte[] bytes) throws GeneralSecurityException {
        DerReader key = new DerReader(bytes).inside(DerReader.SEQUENCE);
        key.integer();
        return rsa(
                new RSAPrivateCrtKeySpec(
                        key.integer(),
                        key.integer(),
                        key.integer(),
                        key.integer(),
                        key.integer(),
                        key.integer(),
                        key.integer(),
                        key.integer()),
                file.toString());
    }

    /** RFC 5915; inside PKCS #8 the curve's name stands outside. */
    private AgentKey sec1(byte[] bytes, String curveOutside) throws AgentException, GeneralSecurityException {
        DerReader key = new DerReader(bytes).inside(DerReader.SEQUENCE);
        key.integer();
        BigInteger scalar = new BigInteger(1, key.content(DerReader.OCTET_STRING));
        String curve = curveOutside;
        if (key.nextIs(DerReader.CONTEXT)) {
            curve = hex(key.inside(DerReader.CONTEXT).content(DerReader.OBJECT_IDENTIFIER));
        }
        Algorithm algorithm = switch (curve) {
            case "2a8648ce3d030107" -> Algorithm.NISTP256;
            case "2b81040022" -> Algorithm.NISTP384;
            case "2b81040023" -> Algorithm.NISTP521;
            default -> throw refusal("a curve that ssh doesn't know");
        };
        if (!key.nextIs(DerReader.CONTEXT + 1)) {
            throw refusal("a key without its public half; write it anew with ssh-keygen -p -f");
        }
        byte[] bits = key.inside(DerReader.CONTEXT + 1).content(DerReader.BIT_STRING);
        return ecdsa(algorithm, scalar, Arrays.copyOfRange(bits, 1, bits.length), file.toString());
    }

    private AgentKey pkcs8(byte[] bytes) throws AgentException, GeneralSecurityException {
        DerReader key = new DerReader(bytes).inside(DerReader.SEQUENCE);
        key.integer();
        DerReader algorithm = key.inside(DerReader.SEQUENCE);
        String name = hex(algorithm.content(DerReader.OBJECT_IDENTIFIER));
        return switch (name) {
            case RSA_OID -> pkcs1(key.content(DerReader.OCTET_STRING));
            case EC_OID ->
                sec1(key.content(DerReader.OCTET_STRING), hex(algorithm.content(DerReader.OBJECT_IDENTIFIER)));
            default -> throw refusal("neither RSA nor ECDSA; write it in OpenSSH's form with ssh-keygen -p -f");
        };
    }

    private static AgentKey ed25519(byte[] seed, byte[] publicKey, String comment) throws GeneralSecurityException {
        PrivateKey key = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        byte[] blob = new WireWriter()
                .text(Algorithm.ED25519.sshName())
                .string(publicKey)
                .toBytes();
        return new AgentKey(Algorithm.ED25519, key, blob, comment);
    }

    private static AgentKey rsa(RSAPrivateCrtKeySpec spec, String comment) throws GeneralSecurityException {
        byte[] blob = new WireWriter()
                .text(Algorithm.RSA.sshName())
                .integer(spec.getPublicExponent())
                .integer(spec.getModulus())
                .toBytes();
        return new AgentKey(Algorithm.RSA, KeyFactory.getInstance("RSA").generatePrivate(spec), blob, comment);
    }

    private static AgentKey ecdsa(Algorithm algorithm, BigInteger scalar, byte[] point, String comment)
            throws GeneralSecurityException {
        if (point.length != 1 + 2 * algorithm.fieldBytes()) {
            throw new IllegalArgumentException("not a point of the curve");
        }
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec(algorithm.curve()));
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(scalar, curve.getParameterSpec(ECParameterSpec.class)));
        byte[] blob = new WireWriter()
                .text(algorithm.sshName())
                .text(algorithm.sshCurve())
                .string(point)
                .toBytes();
        return new AgentKey(algorithm, key, blob, comment);
    }

    private AgentException behindPassphrase() {
        return refusal("a key behind a passphrase, and nobody is there to be asked for it;"
                + " add it to an ssh-agent and forward that with --ssh default");
    }

    private AgentException unknown(String type) {
        return refusal("a key of the kind \"%s\"; give one of %s"
                .formatted(
                        type,
                        List.of(Algorithm.values()).stream()
                                .map(Algorithm::sshName)
                                .toList()));
    }

    private AgentException refusal(String what) {
        return new AgentException("--ssh: \"%s\" is %s".formatted(file, what));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
