package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.BlobSource;
import dev.slipway.registry.ImageReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The directory of {@code --oci-layout-path} (OCI image-spec, "Image Layout"): blobs by digest, and an index that names
 * this image alone, as kaniko's does. Blobs that lie there already stay; the index is written last.
 */
final class OciLayout {
    private static final String FLAG = "--oci-layout-path";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    /** What containerd, and with it {@code docker load}, calls an image by. */
    private static final String IMAGE_NAME = "io.containerd.image.name";

    private final Blobs blobs;

    OciLayout(Blobs blobs) {
        this.blobs = blobs;
    }

    void write(PublishableImage image, List<ImageReference> destinations, Path directory) throws IOException {
        try {
            Path blobDirectory = directory.resolve("blobs").resolve("sha256");
            Files.createDirectories(blobDirectory);
            for (PublishableImage.Layer layer : image.layers()) {
                if (!MediaTypes.isForeignLayer(layer.descriptor().mediaType())) {
                    add(directory, layer.descriptor(), blobs.of(layer).source());
                }
            }
            add(directory, image.manifest().config(), image.config());
            add(directory, image.manifest().descriptor(), image.manifest().raw());
        } catch (FileSystemException e) {
            throw new IOException("%s \"%s\" can't be written: %s".formatted(FLAG, directory, OutputFile.reason(e)), e);
        }
        byte[] index = index(image, destinations).raw();
        OutputFile.write(
                FLAG,
                directory.resolve("oci-layout"),
                out -> out.write("{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8)));
        OutputFile.write(FLAG, directory.resolve("index.json"), out -> out.write(index));
    }

    private static ImageIndex index(PublishableImage image, List<ImageReference> destinations) throws IOException {
        Map<String, String> annotations = new TreeMap<>();
        destinations.stream().findFirst().ifPresent(first -> {
            annotations.put(IMAGE_NAME, first.name() + ":" + first.tagOrLatest());
            annotations.put(REF_NAME, first.tagOrLatest());
        });
        Descriptor manifest =
                image.manifest().descriptor().withPlatform(image.platform()).withAnnotations(annotations);
        return ImageIndex.create(MediaFamily.OCI, List.of(manifest), Map.of());
    }

    private static void add(Path directory, Descriptor descriptor, byte[] content) throws IOException {
        add(
                directory,
                descriptor,
                offset -> new ByteArrayInputStream(content, (int) offset, content.length - (int) offset));
    }

    private static void add(Path directory, Descriptor descriptor, BlobSource source) throws IOException {
        Digest digest = descriptor.digest();
        Path file = directory
                .resolve("blobs")
                .resolve(digest.algorithm().toString())
                .resolve(digest.hex());
        if (Files.isRegularFile(file) && Files.size(file) == descriptor.sizeBytes()) {
            return;
        }
        OutputFile.write(FLAG, file, out -> {
            DigestOutputStream hashed =
                    new DigestOutputStream(out, digest.algorithm().newHash());
            try (InputStream in = source.open(0)) {
                in.transferTo(hashed);
            }
            Digest got =
                    Digest.ofHash(digest.algorithm(), hashed.getMessageDigest().digest());
            if (!got.equals(digest)) {
                throw new IOException(
                        "the blob %s is damaged on this machine: its bytes are those of %s".formatted(digest, got));
            }
        });
    }
}
