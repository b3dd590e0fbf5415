package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
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

/**
 * The directory of {@code --oci-layout-path} (OCI image-spec, "Image Layout"): blobs by digest, and an index that names
 * this image alone and once, as kaniko's does. Blobs that lie there already stay; the index is written last.
 */
final class OciLayout {
    private static final String FLAG = "--oci-layout-path";

    private final Blobs blobs;

    OciLayout(Blobs blobs) {
        this.blobs = blobs;
    }

    void write(Publication publication, List<ImageReference> names, Path directory) throws IOException {
        try {
            Files.createDirectories(directory.resolve("blobs").resolve("sha256"));
            for (PublishableImage image : publication.manifests()) {
                add(directory, image);
            }
            for (Publication.Referrer referrer : publication.referrers()) {
                add(directory, referrer.artifact());
            }
            add(directory, publication.root(), publication.rootDocument());
        } catch (FileSystemException e) {
            throw new IOException("%s \"%s\" can't be written: %s".formatted(FLAG, directory, OutputFile.reason(e)), e);
        }
        byte[] index = LayoutIndex.of(publication, names.stream().limit(1).toList());
        OutputFile.write(
                FLAG,
                directory.resolve("oci-layout"),
                out -> out.write(LayoutIndex.VERSION.getBytes(StandardCharsets.UTF_8)));
        OutputFile.write(FLAG, directory.resolve("index.json"), out -> out.write(index));
    }

    private void add(Path directory, PublishableImage image) throws IOException {
        for (PublishableImage.Layer layer : image.layers()) {
            if (!MediaTypes.isForeignLayer(layer.descriptor().mediaType())) {
                add(directory, layer.descriptor(), blobs.of(layer).source());
            }
        }
        add(directory, image.manifest().config(), image.config());
        add(directory, image.manifest().descriptor(), image.manifest().raw());
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
            Blobs.requireIntact(digest, hashed.getMessageDigest());
        });
    }
}
