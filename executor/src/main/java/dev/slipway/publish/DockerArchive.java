package dev.slipway.publish;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import dev.slipway.image.Descriptor;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.BlobSource;
import dev.slipway.registry.ImageReference;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The file of {@code --tar-path}: what {@code docker load}, {@code podman load} and skopeo's {@code docker-archive} read
 * (Docker image specification 1.2, "Combined Image JSON + Filesystem Changeset Format"). Layers stay as they are packed,
 * and stand in it once each. The bytes depend on the image and its tags alone.
 */
final class DockerArchive {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int READABLE = 0644;

    private final Blobs blobs;

    DockerArchive(Blobs blobs) {
        this.blobs = blobs;
    }

    void write(PublishableImage image, List<ImageReference> tags, Path file) throws IOException {
        OutputFile.write("--tar-path", file, out -> {
            try (BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES)) {
                TarWriter tar = new TarWriter(buffered);
                write(tar, image, tags);
                tar.finish();
            }
        });
    }

    private void write(TarWriter tar, PublishableImage image, List<ImageReference> tags) throws IOException {
        Map<String, BlobSource> layers = new LinkedHashMap<>();
        Map<String, Descriptor> descriptors = new LinkedHashMap<>();
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        for (PublishableImage.Layer layer : image.layers()) {
            String name = name(layer.descriptor());
            names.add(name);
            layers.putIfAbsent(name, blobs.of(layer).source());
            descriptors.putIfAbsent(name, layer.descriptor());
        }
        byte[] config = image.config();
        String configName = image.manifest().config().digest().hex() + ".json";
        add(tar, configName, config);
        for (Map.Entry<String, BlobSource> layer : layers.entrySet()) {
            add(
                    tar,
                    layer.getKey(),
                    Objects.requireNonNull(descriptors.get(layer.getKey())).sizeBytes(),
                    layer.getValue());
        }
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("Config", configName);
        ArrayNode repoTags = entry.putArray("RepoTags");
        tags.stream()
                .map(tag -> tag.name() + ":" + tag.tagOrLatest())
                .distinct()
                .forEach(repoTags::add);
        entry.set("Layers", names);
        ArrayNode manifest = JsonNodeFactory.instance.arrayNode().add(entry);
        add(tar, "manifest.json", new JsonMapper().writeValueAsBytes(manifest));
    }

    private static String name(Descriptor layer) {
        LayerCompression compression =
                MediaTypes.compressionOf(layer.mediaType()).orElse(LayerCompression.GZIP);
        return layer.digest().hex()
                + switch (compression) {
                    case NONE -> ".tar";
                    case GZIP -> ".tar.gz";
                    case ZSTD -> ".tar.zst";
                };
    }

    private static void add(TarWriter tar, String name, byte[] content) throws IOException {
        add(
                tar,
                name,
                content.length,
                offset -> new ByteArrayInputStream(content, (int) offset, content.length - (int) offset));
    }

    private static void add(TarWriter tar, String name, long sizeBytes, BlobSource source) throws IOException {
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
