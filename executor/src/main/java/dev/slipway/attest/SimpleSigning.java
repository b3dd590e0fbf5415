package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.image.Digest;

/**
 * What cosign signs of an image (containers/image, "Atomic signature format"): that this digest is meant to be found
 * under this name.
 */
public final class SimpleSigning {
    /** The layer of a signature's manifest. */
    public static final String MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

    /** The layer's annotation that holds the signature in Base64. */
    public static final String SIGNATURE = "dev.cosignproject.cosign/signature";

    private SimpleSigning() {}

    /**
     * The text to sign.
     *
     * @param repository registry and repository, as policies compare them
     */
    public static byte[] payload(String repository, Digest digest) {
        ObjectNode payload = Documents.object();
        ObjectNode critical = payload.putObject("critical");
        critical.putObject("identity").put("docker-reference", repository);
        critical.putObject("image").put("docker-manifest-digest", digest.toString());
        critical.put("type", "cosign container image signature");
        payload.putNull("optional");
        return Documents.bytes(payload);
    }
}
