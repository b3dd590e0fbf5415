package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.layer.Blob;
import dev.slipway.layer.BlobStore;
import dev.slipway.registry.DocumentStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/** Manifests and configs beside the layers, in the content store. */
final class StoredDocuments implements DocumentStore {
    private final BlobStore blobs;

    StoredDocuments(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public Optional<byte[]> find(Descriptor document) throws IOException {
        try (Blob blob = blobs.find(document.digest(), document.sizeBytes()).orElse(null)) {
            if (blob == null) {
                return Optional.empty();
            }
            byte[] raw = blob.openStream().readAllBytes();
            if (document.digest().matches(raw)) {
                return Optional.of(raw);
            }
        }
        // After a crash of the machine: what can be asked for again is.
        blobs.remove(document.digest());
        return Optional.empty();
    }

    @Override
    public void keep(Descriptor document, byte[] raw) throws IOException {
        blobs.put(document.digest(), raw.length, new ByteArrayInputStream(raw)).close();
    }
}
