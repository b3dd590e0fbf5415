package dev.slipway.registry;

import java.io.IOException;
import java.util.Optional;

/**
 * Finds the credential for the registries of one cloud by that cloud's own means: a role of the pod, a metadata server,
 * a key file. Asked only for registries that are the vendor's by their exact suffix, so that no other start waits for a
 * metadata server, and no look-alike host gets a token.
 */
public interface VendorCredentials {

    /** As {@code --credential-helpers} names it. */
    String name();

    /** Whether a registry is this vendor's; decided by its name alone. */
    boolean serves(String registry);

    /**
     * The credential; none where this machine has nothing to do with the vendor. What went wrong otherwise is an
     * exception in words, without a secret.
     */
    Optional<Credential.Found> find(String registry) throws IOException;
}
