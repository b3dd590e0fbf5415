package dev.slipway.image;

import java.util.Optional;

/** What manifests and indexes have in common: their version and the name of their kind. */
final class Documents {
    private Documents() {}

    /**
     * The media type to believe. The document's own wins over the server's header, which some registries and proxies
     * set to {@code application/json}; documents without one are told apart by their fields, as the specification says.
     */
    static String mediaType(Json json, String announced, String document) throws ImageFormatException {
        long version = json.integer("schemaVersion");
        if (version == 1 || MediaTypes.isSchema1(announced)) {
            throw new ImageFormatException(
                    document + " is of Docker's schema 1, which is too old to build on; pull the image with a current"
                            + " docker or skopeo and push it again");
        }
        if (version != 2) {
            throw json.complaint("is of schema version %d, not 2".formatted(version));
        }
        Optional<String> own = json.nonEmpty("mediaType");
        String type = own.orElse(announced);
        if (!MediaTypes.isIndex(type) && !MediaTypes.isManifest(type) && own.isEmpty()) {
            type = json.field("manifests").isPresent() ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
        }
        boolean listsImages = json.field("manifests").isPresent();
        boolean listsLayers =
                json.field("layers").isPresent() || json.field("config").isPresent();
        if (listsImages && listsLayers) {
            throw json.complaint("has manifests and layers, so it could be read in two ways");
        }
        return type;
    }
}
