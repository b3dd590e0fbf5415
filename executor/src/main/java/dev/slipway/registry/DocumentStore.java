package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import java.io.IOException;
import java.util.Optional;

/**
 * Keeps manifests and configs by their digests, so that they needn't be asked for again: registries count pulls, and
 * some refuse them after so many.
 */
public interface DocumentStore {
    /** Keeps nothing. */
    DocumentStore NONE = new DocumentStore() {
        @Override
        public Optional<byte[]> find(Descriptor document) {
            return Optional.empty();
        }

        @Override
        public void keep(Descriptor document, byte[] raw) {
            // that is what it is for
        }
    };

    /** The document's bytes, which are those of its digest. */
    Optional<byte[]> find(Descriptor document) throws IOException;

    void keep(Descriptor document, byte[] raw) throws IOException;
}
