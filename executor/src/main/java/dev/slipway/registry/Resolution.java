package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.registry.RegistryClient.Document;
import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The way from a name to the image that it stands for on a platform: through an index, where there is one, to the config. */
final class Resolution {
    private static final int MOST_NESTED_INDEXES = 3;

    private final RegistryClient client;
    private final ImageReference reference;
    private final DocumentStore documents;

    Resolution(RegistryClient client, ImageReference reference, DocumentStore documents) {
        this.client = client;
        this.reference = reference;
        this.documents = documents;
    }

    Resolved of(Platform platform) throws IOException {
        Document document = document(client.head(reference));
        Optional<ImageIndex> index = Optional.empty();
        for (int depth = 0; isIndex(document); depth++) {
            ImageIndex inner =
                    ImageIndex.parse(document.raw(), document.descriptor().mediaType(), named(document.descriptor()));
            index = index.or(() -> Optional.of(inner));
            Optional<Descriptor> selected = inner.select(platform);
            if (selected.isEmpty() || depth >= MOST_NESTED_INDEXES) {
                throw noSuchPlatform(platform, inner);
            }
            document = document(selected.get());
        }
        Manifest manifest =
                Manifest.parse(document.raw(), document.descriptor().mediaType(), named(document.descriptor()));
        if (!manifest.isImage()) {
            throw new ImageFormatException("\"%s\" is not an image to build on: its config is of the media type \"%s\""
                    .formatted(reference, manifest.config().mediaType()));
        }
        byte[] config = config(manifest.config());
        return new Resolved(reference, index, manifest, config, ImageConfig.parse(config, named(manifest.config())));
    }

    private Document document(Descriptor found) throws IOException {
        Optional<byte[]> kept = documents.find(found);
        if (kept.isPresent()) {
            return new Document(found, kept.get());
        }
        Document document = client.document(reference.at(found.digest()));
        documents.keep(document.descriptor(), document.raw());
        return document;
    }

    private boolean isIndex(Document document) throws IOException {
        String type = document.descriptor().mediaType();
        if (MediaTypes.isIndex(type) || MediaTypes.isManifest(type) || MediaTypes.isSchema1(type)) {
            return MediaTypes.isIndex(type);
        }
        try {
            ImageIndex.parse(document.raw(), type, named(document.descriptor()));
            return true;
        } catch (ImageFormatException e) {
            return false; // then it must be a manifest, and reading it as one says what is wrong
        }
    }

    private String named(Descriptor descriptor) {
        return "of \"%s\" (%s)".formatted(reference, descriptor.digest());
    }

    private RegistryException noSuchPlatform(Platform platform, ImageIndex index) {
        String offered = index.platforms().isEmpty()
                ? "it names no platform at all"
                : index.platforms().stream().map(Platform::toString).collect(Collectors.joining(", ", "it has ", ""));
        return new RegistryException(
                Kind.NOT_FOUND,
                "\"%s\" has no image for %s; %s".formatted(reference, platform, offered),
                reference.toString(),
                0,
                List.of(),
                null);
    }

    private byte[] config(Descriptor config) throws IOException {
        if (config.sizeBytes() > ImageConfig.LARGEST_BYTES) {
            throw new ImageFormatException("the config of \"%s\" has %d bytes, more than the %d that are read"
                    .formatted(reference, config.sizeBytes(), ImageConfig.LARGEST_BYTES));
        }
        Optional<byte[]> kept = documents.find(config);
        if (kept.isPresent()) {
            return kept.get();
        }
        byte[] raw = client.readBlob(reference, config, InputStream::readAllBytes);
        documents.keep(config, raw);
        return raw;
    }
}
