package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image that was written with {@code --oci-layout-path} or {@code --tar-path}, by {@code docker save} or by another
 * tool, to be pushed as it is.
 */
public final class SavedImage {
    private final Path path;
    private final SavedBlobs blobs;

    private SavedImage(Path path, SavedBlobs blobs) {
        this.path = path;
        this.blobs = blobs;
    }

    /** Reads what lies at {@code path}; its blobs are read when they are pushed. */
    public static Publication read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new SavedImageException("\"%s\": no such file or directory".formatted(path));
        }
        SavedBlobs blobs = Files.isDirectory(path) ? new SavedBlobs.InDirectory(path) : SavedBlobs.InTar.scan(path);
        Optional<SavedBlobs.Stored> index = blobs.find("index.json");
        if (index.isPresent()) {
            return new SavedImage(path, blobs).layout(index.get().read());
        }
        Optional<SavedBlobs.Stored> manifest = blobs.find("manifest.json");
        if (manifest.isPresent() && blobs instanceof SavedBlobs.InTar) {
            return new DockerArchiveReader(path, blobs).read(manifest.get().read());
        }
        throw new SavedImageException(
                "\"%s\" is neither an OCI layout (it has no index.json) nor an archive of docker save: name what --oci-layout-path or --tar-path wrote"
                        .formatted(path));
    }

    private Publication layout(byte[] raw) throws IOException {
        ImageIndex listed = ImageIndex.parse(raw, MediaTypes.OCI_INDEX, "of \"%s\"".formatted(path));
        Map<Digest, Descriptor> roots = new LinkedHashMap<>();
        List<Descriptor> referrers = new ArrayList<>();
        for (Descriptor entry : listed.manifests()) {
            if (entry.artifactType().isPresent()) {
                referrers.add(entry);
            } else {
                roots.putIfAbsent(entry.digest(), entry);
            }
        }
        if (roots.size() != 1) {
            throw new SavedImageException(
                    "\"%s\" holds %d images, and only one can be pushed under a name: split it with skopeo copy"
                            .formatted(path, roots.size()));
        }
        Publication publication = publication(roots.values().iterator().next());
        for (Descriptor referrer : referrers) {
            PublishableImage artifact = image(referrer);
            if (artifact.manifest().subject().isPresent()) {
                publication = publication.with(new Publication.Referrer(
                        artifact,
                        referrer,
                        tag(referrer, artifact.manifest().subject().get().digest())));
            }
        }
        return publication;
    }

    /** The tag that cosign looks for, for its kind of signature. */
    private static Optional<String> tag(Descriptor referrer, Digest subject) {
        return referrer.artifactType()
                .filter(Publication.COSIGN_SIGNATURE::equals)
                .map(type -> Publication.signatureTag(subject));
    }

    private Publication publication(Descriptor root) throws IOException {
        if (!MediaTypes.isIndex(root.mediaType())) {
            return Publication.of(image(root));
        }
        ImageIndex index = ImageIndex.parse(document(root), root.mediaType(), named(root));
        List<PublishableImage> manifests = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            if (MediaTypes.isIndex(entry.mediaType())) {
                throw new SavedImageException(
                        "%s is an index within an index, which can't be pushed".formatted(named(entry)));
            }
            manifests.add(image(entry));
        }
        return Publication.of(Optional.of(index), manifests);
    }

    private PublishableImage image(Descriptor descriptor) throws IOException {
        Manifest manifest = Manifest.parse(document(descriptor), descriptor.mediaType(), named(descriptor));
        byte[] config = document(manifest.config());
        List<PublishableImage.Layer> layers = new ArrayList<>();
        for (Descriptor layer : manifest.layers()) {
            layers.add(PublishableImage.Layer.local(layer, layer(layer)));
        }
        return new PublishableImage(manifest, config, layers);
    }

    private BlobSource layer(Descriptor layer) throws IOException {
        Optional<SavedBlobs.Stored> stored = blobs.find(ImageArchive.name(layer.digest()));
        if (stored.isEmpty() && MediaTypes.isForeignLayer(layer.mediaType())) {
            return offset -> {
                throw new IOException("the foreign layer %s isn't in \"%s\"".formatted(layer.digest(), path));
            };
        }
        return sized(layer, stored).source();
    }

    private byte[] document(Descriptor descriptor) throws IOException {
        byte[] raw = sized(descriptor, blobs.find(ImageArchive.name(descriptor.digest())))
                .read();
        if (!descriptor.digest().matches(raw)) {
            throw new SavedImageException(
                    "%s is damaged: its bytes are those of %s".formatted(named(descriptor), Digest.of(raw)));
        }
        return raw;
    }

    private SavedBlobs.Stored sized(Descriptor descriptor, Optional<SavedBlobs.Stored> stored)
            throws SavedImageException {
        if (stored.isEmpty()) {
            throw new SavedImageException("%s is missing: was it written to the end?".formatted(named(descriptor)));
        }
        if (stored.get().sizeBytes() != descriptor.sizeBytes()) {
            throw new SavedImageException("%s has %d bytes instead of %d: was it written to the end?"
                    .formatted(named(descriptor), stored.get().sizeBytes(), descriptor.sizeBytes()));
        }
        return stored.get();
    }

    private String named(Descriptor descriptor) {
        return "%s of \"%s\"".formatted(descriptor.digest(), path);
    }

    static byte[] read(InputStream in, long sizeBytes) throws IOException {
        if (sizeBytes > Manifest.LARGEST_BYTES * 2L) {
            throw new ImageFormatException(
                    "a document of %d bytes is larger than any that is read".formatted(sizeBytes));
        }
        return in.readAllBytes();
    }
}
