package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A signed statement as newer versions of cosign keep it: a DSSE envelope in a Sigstore bundle 0.3. It is signed with a
 * key, so it has neither certificate nor transparency log.
 */
public final class SigstoreBundle {
    /** The bundle's media type, and the artifact type of the manifest that holds it. */
    public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /** The predicate of a statement that says no more than that somebody signed the image. */
    public static final String SIGNED = "https://sigstore.dev/cosign/sign/v1";

    private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    private SigstoreBundle() {}

    /** The bundle around a statement's document. */
    public static byte[] of(byte[] statement, SigningKey key) {
        ObjectNode bundle = Documents.object();
        bundle.put("mediaType", MEDIA_TYPE);
        bundle.putObject("verificationMaterial").putObject("publicKey").put("hint", "");
        ObjectNode envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", base64(statement));
        envelope.put("payloadType", PAYLOAD_TYPE);
        envelope.putArray("signatures").addObject().put("sig", base64(key.sign(encoded(statement))));
        return Documents.bytes(bundle);
    }

    /** What is signed in place of the payload (DSSE, "Pre-Authentication Encoding"). */
    private static byte[] encoded(byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("DSSEv1 %d %s %d "
                .formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, payload.length)
                .getBytes(StandardCharsets.UTF_8));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
