package dev.slipway.build;

import dev.slipway.attest.BillOfMaterials;
import dev.slipway.attest.SigningKey;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What shall be said of the image, and signed.
 *
 * @param bills {@code --sbom}: the forms, each with the file that it is written to besides
 * @param provenance {@code --provenance}
 * @param key {@code --sign}
 * @param tool what calls itself the maker of documents: name and version
 */
public record AttestationRequest(
        Map<BillOfMaterials.Format, Optional<Path>> bills,
        Optional<ProvenanceRequest> provenance,
        Optional<SigningKey> key,
        String tool) {

    /** Nothing is said. */
    public static final AttestationRequest NONE =
            new AttestationRequest(Map.of(), Optional.empty(), Optional.empty(), "slipway");

    /**
     * How much the provenance tells.
     *
     * @param arguments whether build arguments are told, which {@code mode=max} does
     * @param builderId who verifiers are told has built it
     */
    public record ProvenanceRequest(boolean arguments, String builderId) {}

    public AttestationRequest {
        bills = new LinkedHashMap<>(bills);
    }

    boolean hasStatements() {
        return !bills.isEmpty() || provenance.isPresent();
    }
}
