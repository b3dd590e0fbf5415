package dev.slipway.publish;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.registry.BlobSource;
import dev.slipway.registry.ImageReference;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file of {@code --tar-path}: an OCI layout with Docker's {@code manifest.json} in one tar, as {@code docker save}
 * has written it since Docker 25 (Docker image specification 1.3). Every {@code docker load}, {@code podman load} and
 * skopeo read it, and the image's own digest is kept. Layers stay as they are packed, and stand in it once each. The
 * bytes depend on the image and its tags alone.
 */
final class ImageArchive {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int READABLE = 0644;

    private final Blobs blobs;

    ImageArchive(Blobs blobs) {
        this.blobs = blobs;
    }

    void write(Publication publication, List<ImageReference> tags, Path file) throws IOException {
        OutputFile.write("--tar-path", file, out -> {
            try (BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES)) {
                new Writing(new TarWriter(buffered)).write(publication, tags);
            }
        });
    }

    static String name(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    private final class Writing {
        private final TarWriter tar;
        private final Set<Digest> written = new HashSet<>();

        Writing(TarWriter tar) {
            this.tar = tar;
        }

        void write(Publication publication, List<ImageReference> tags) throws IOException {
            for (PublishableImage image : publication.manifests()) {
                add(image);
            }
            for (Publication.Referrer referrer : publication.referrers()) {
                add(referrer.artifact());
            }
            addBlob(publication.root(), bytes(publication.rootDocument()));
            add("oci-layout", LayoutIndex.VERSION.getBytes(StandardCharsets.UTF_8));
            add("index.json", LayoutIndex.of(publication, tags));
            add("manifest.json", new JsonMapper().writeValueAsBytes(dockerManifest(publication.shown(), tags)));
            tar.finish();
        }

        private void add(PublishableImage image) throws IOException {
            for (PublishableImage.Layer layer : image.layers()) {
                addBlob(layer.descriptor(), blobs.of(layer).source());
            }
            addBlob(image.manifest().config(), bytes(image.config()));
            addBlob(image.manifest().descriptor(), bytes(image.manifest().raw()));
        }

        private void addBlob(Descriptor blob, BlobSource source) throws IOException {
            if (written.add(blob.digest())) {
                MessageDigest hash = blob.digest().algorithm().newHash();
                add(name(blob.digest()), blob.sizeBytes(), offset -> new DigestInputStream(source.open(offset), hash));
                Blobs.requireIntact(blob.digest(), hash);
            }
        }

        private void add(String name, byte[] content) throws IOException {
            add(name, content.length, bytes(content));
        }

        private void add(String name, long sizeBytes, BlobSource source) throws IOException {
            tar.begin(TarEntry.of(TarType.FILE, name.getBytes(StandardCharsets.UTF_8))
                    .permissions(READABLE)
                    .sizeBytes(sizeBytes)
                    .modified(Instant.EPOCH)
                    .build());
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = source.open(0)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    tar.write(buffer, 0, count);
                }
            }
        }
    }

    private static BlobSource bytes(byte[] content) {
        return offset -> new ByteArrayInputStream(content, (int) offset, content.length - (int) offset);
    }

    private static ArrayNode dockerManifest(PublishableImage image, List<ImageReference> tags) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("Config", name(image.manifest().config().digest()));
        ArrayNode repoTags = entry.putArray("RepoTags");
        tags.stream()
                .map(tag -> tag.name() + ":" + tag.tagOrLatest())
                .distinct()
                .forEach(repoTags::add);
        ArrayNode layers = entry.putArray("Layers");
        image.layers().forEach(layer -> layers.add(name(layer.descriptor().digest())));
        return JsonNodeFactory.instance.arrayNode().add(entry);
    }
}
