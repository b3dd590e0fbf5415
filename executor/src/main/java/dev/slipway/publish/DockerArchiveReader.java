package dev.slipway.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An archive of a {@code docker save} before Docker 25, or of kaniko: it has no manifest in a registry's sense, so one
 * is written. Layers stay as they are packed.
 */
final class DockerArchiveReader {
    private final Path path;
    private final SavedBlobs blobs;

    DockerArchiveReader(Path path, SavedBlobs blobs) {
        this.path = path;
        this.blobs = blobs;
    }

    private record Packed(SavedBlobs.Stored stored, Digest digest, LayerCompression compression) {}

    Publication read(byte[] manifestJson) throws IOException {
        JsonNode images;
        try {
            images = new JsonMapper().readTree(manifestJson);
        } catch (IOException e) {
            throw new SavedImageException("the manifest.json of \"%s\" is not JSON".formatted(path), e);
        }
        if (images.size() != 1) {
            throw new SavedImageException(
                    "\"%s\" holds %d images, and only one can be pushed under a name: save it alone"
                            .formatted(path, images.size()));
        }
        byte[] config = stored(images.get(0).path("Config").asText()).read();
        List<Packed> packed = new ArrayList<>();
        for (JsonNode layer : images.get(0).path("Layers")) {
            packed.add(packed(stored(layer.asText())));
        }
        requireLayersOf(config, packed);
        boolean zstd = packed.stream().anyMatch(layer -> layer.compression() == LayerCompression.ZSTD);
        MediaFamily family = zstd ? MediaFamily.OCI : MediaFamily.DOCKER;
        List<PublishableImage.Layer> layers = packed.stream()
                .map(layer -> PublishableImage.Layer.local(
                        Descriptor.of(
                                family.layer(layer.compression()),
                                layer.digest(),
                                layer.stored().sizeBytes()),
                        layer.stored().source()))
                .toList();
        Manifest manifest = Manifest.create(
                family,
                Descriptor.of(family.config(), config),
                layers.stream().map(PublishableImage.Layer::descriptor).toList(),
                Map.of());
        return Publication.of(new PublishableImage(manifest, config, layers));
    }

    /** The config names what is in each layer; of one that is packed only unpacking would tell, so that isn't asked. */
    private void requireLayersOf(byte[] config, List<Packed> packed) throws IOException {
        List<DiffId> diffIds =
                ImageConfig.parse(config, "of \"%s\"".formatted(path)).diffIds();
        if (diffIds.size() != packed.size()) {
            throw new SavedImageException("\"%s\" has %d layers where its config names %d: was it put together by hand?"
                    .formatted(path, packed.size(), diffIds.size()));
        }
        for (int i = 0; i < packed.size(); i++) {
            Packed layer = packed.get(i);
            if (layer.compression() == LayerCompression.NONE
                    && !layer.digest().equals(diffIds.get(i).digest())) {
                throw new SavedImageException(
                        "layer %d of \"%s\" is damaged or not the image's: its bytes are those of %s, and the config names %s"
                                .formatted(
                                        i + 1,
                                        path,
                                        layer.digest(),
                                        diffIds.get(i).digest()));
            }
        }
    }

    private SavedBlobs.Stored stored(String name) throws IOException {
        Optional<SavedBlobs.Stored> stored = blobs.find(name);
        if (stored.isEmpty()) {
            throw new SavedImageException("\"%s\" lacks \"%s\", which its manifest.json names".formatted(path, name));
        }
        return stored.get();
    }

    private static Packed packed(SavedBlobs.Stored stored) throws IOException {
        DigestOutputStream hashed =
                new DigestOutputStream(OutputStream.nullOutputStream(), Digest.Algorithm.SHA256.newHash());
        byte[] magic;
        try (InputStream in = stored.source().open(0)) {
            magic = in.readNBytes(4);
            hashed.write(magic);
            in.transferTo(hashed);
        }
        Digest digest =
                Digest.ofHash(Digest.Algorithm.SHA256, hashed.getMessageDigest().digest());
        return new Packed(stored, digest, compression(magic));
    }

    private static LayerCompression compression(byte[] magic) {
        if (magic.length > 1 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return LayerCompression.GZIP;
        }
        boolean zstd = magic.length == 4
                && magic[0] == 0x28
                && magic[1] == (byte) 0xb5
                && magic[2] == 0x2f
                && magic[3] == (byte) 0xfd;
        return zstd ? LayerCompression.ZSTD : LayerCompression.NONE;
    }
}
