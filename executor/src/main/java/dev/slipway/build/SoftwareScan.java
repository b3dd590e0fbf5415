package dev.slipway.build;

import dev.slipway.attest.PackageCatalog;
import dev.slipway.image.DiffId;
import dev.slipway.image.ImageConfig;
import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerReader;
import dev.slipway.layer.LayerStream;
import dev.slipway.posix.PathBytes;
import dev.slipway.publish.PublishableImage;
import dev.slipway.registry.RegistryClient;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks for software in an image's final filesystem by reading its layers once, as they stream by. */
final class SoftwareScan {
    private static final int ANY_EXECUTE = 0111;

    private final RegistryClient registries;

    SoftwareScan(RegistryClient registries) {
        this.registries = registries;
    }

    PackageCatalog of(PublishableImage image) throws IOException {
        List<DiffId> diffIds =
                ImageConfig.parse(image.config(), "of the image that was built").diffIds();
        PackageCatalog catalog = new PackageCatalog();
        for (int i = 0; i < diffIds.size(); i++) {
            PublishableImage.Layer layer = image.layers().get(i);
            try (InputStream blob = layer.open(registries);
                    LayerStream stream = LayerStream.open(blob, layer.descriptor(), Optional.of(diffIds.get(i)))) {
                read(new LayerReader(stream), catalog);
                stream.verify();
            }
        }
        return catalog;
    }

    private static void read(LayerReader reader, PackageCatalog catalog) throws IOException {
        Set<String> added = new HashSet<>();
        for (Optional<LayerEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            String path = text(next.get().path());
            switch (next.get()) {
                case LayerEntry.File file -> {
                    catalog.remove(path);
                    boolean executable = isExecutable(file.attributes().permissions());
                    if (PackageCatalog.isOfInterest(path, executable)) {
                        try (FileContent.Source content = file.content().open()) {
                            catalog.add(path, file.sizeBytes(), executable, new Content(content));
                        }
                    }
                    added.add(path);
                }
                case LayerEntry.Opaque opaque -> catalog.removeBelow(path, added);
                case LayerEntry.Directory directory -> {
                    // what lies below it stays
                }
                case LayerEntry.Whiteout gone -> catalog.remove(path);
                case LayerEntry.Symlink other -> catalog.remove(path);
                case LayerEntry.HardLink other -> catalog.remove(path);
                case LayerEntry.Device other -> catalog.remove(path);
                case LayerEntry.Fifo other -> catalog.remove(path);
            }
        }
    }

    static boolean isExecutable(int permissions) {
        return (permissions & ANY_EXECUTE) != 0;
    }

    /** A name that isn't UTF-8 is no package manager's. */
    static String text(PathBytes path) {
        return new String(path.toByteArray(), StandardCharsets.UTF_8);
    }

    /** A file's content for readers that know streams only. */
    private static final class Content extends BlockInputStream {
        private final FileContent.Source source;

        Content(FileContent.Source source) {
            this.source = source;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return source.read(into, offset, length);
        }
    }
}
