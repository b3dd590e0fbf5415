package dev.slipway.publish;

import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.HistoryEntry;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Images of layers with a file each, for what becomes of images. */
final class SmallImages {
    private SmallImages() {}

    static byte[] tar(String name, String content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarBuilder.write(out, tar -> tar.file(name, 0644, content));
        return out.toByteArray();
    }

    static byte[] gzip(byte[] tar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(tar);
        }
        return out.toByteArray();
    }

    static PublishableImage.Layer local(byte[] blob, MediaFamily family) {
        return PublishableImage.Layer.local(
                Descriptor.of(family.layer(LayerCompression.GZIP), blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset));
    }

    /** An image of layers with one file each. */
    static PublishableImage image(MediaFamily family, String... contents) throws IOException {
        ImageConfig config = ImageConfig.scratch(Platform.of("linux", "amd64")).withCreated(Instant.EPOCH);
        List<PublishableImage.Layer> layers = new ArrayList<>();
        for (String content : contents) {
            byte[] tar = tar("etc/" + content, content);
            layers.add(local(gzip(tar), family));
            config = config.plus(
                    new DiffId(Digest.of(tar)), HistoryEntry.of(Instant.EPOCH, "COPY " + content + " /etc/", false));
        }
        return image(family, config, layers);
    }

    static PublishableImage image(MediaFamily family, ImageConfig config, List<PublishableImage.Layer> layers) {
        byte[] raw = config.toJson();
        Manifest manifest = Manifest.create(
                family,
                Descriptor.of(family.config(), raw),
                layers.stream().map(PublishableImage.Layer::descriptor).toList(),
                Map.of());
        return new PublishableImage(manifest, raw, layers);
    }
}
