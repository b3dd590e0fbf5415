package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import dev.slipway.layer.Blob;
import dev.slipway.layer.BlobStore;
import dev.slipway.publish.PublishableImage;
import dev.slipway.registry.BlobSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The target stage as an image: its config finished, its manifest written, and where each layer's bytes are. */
final class FinishedImage {
    private final BuildRequest request;
    private final BuildPlan plan;
    private final BuiltStage stage;
    private final MediaFamily family;
    private final InstantSource clock;

    FinishedImage(BuildRequest request, BuildPlan plan, BuiltStage stage, MediaFamily family, InstantSource clock) {
        this.request = request;
        this.plan = plan;
        this.stage = stage;
        this.family = family;
        this.clock = clock;
    }

    PublishableImage publishable(BlobStore blobs) throws IOException {
        byte[] config = config().toJson();
        List<Descriptor> descriptors = new ArrayList<>();
        List<PublishableImage.Layer> layers = new ArrayList<>();
        for (StageLayer layer : stage.layers()) {
            Descriptor descriptor = family.relabel(layer.descriptor());
            descriptors.add(descriptor);
            layers.add(new PublishableImage.Layer(descriptor, content(layer, blobs), layer.repository()));
        }
        Manifest manifest =
                Manifest.create(family, Descriptor.of(family.config(), config), descriptors, request.annotations());
        return new PublishableImage(manifest, config, layers);
    }

    private ImageConfig config() {
        ImageConfig config = stage.config();
        if (!request.labels().isEmpty()) {
            config = config.withContainer(config.container()
                    .change()
                    .labels(new TreeMap<>(request.labels()))
                    .build());
        }
        return config.withCreated(created()).withPlatform(platform(config.platform()));
    }

    private Instant created() {
        return plan.epoch().orElseGet(() -> request.layers().reproducible() ? Instant.EPOCH : clock.instant());
    }

    /** An image claims to be for the platform that was asked for, whatever its base says. */
    private Platform platform(Platform own) {
        if (!plan.explicitPlatform()) {
            return own.normalized();
        }
        Platform asked = plan.platform();
        boolean same = asked.os().equals(own.os()) && asked.architecture().equals(own.architecture());
        return new Platform(
                        asked.os(),
                        asked.architecture(),
                        asked.variant().isPresent() || !same ? asked.variant() : own.variant(),
                        asked.osVersion().isPresent() || !same ? asked.osVersion() : own.osVersion(),
                        own.osFeatures())
                .normalized();
    }

    /** Where the store has the blob, if it does: found anew for each read, and kept from pruning only during it. */
    private static Optional<BlobSource> content(StageLayer layer, BlobStore blobs) throws IOException {
        Descriptor descriptor = layer.descriptor();
        try (Blob blob = blobs.find(descriptor.digest(), descriptor.sizeBytes()).orElse(null)) {
            return blob == null ? Optional.empty() : Optional.of(offset -> open(descriptor, blobs, offset));
        }
    }

    private static InputStream open(Descriptor descriptor, BlobStore blobs, long offset) throws IOException {
        Blob blob = blobs.find(descriptor.digest(), descriptor.sizeBytes())
                .orElseThrow(() -> new IOException(
                        "the layer %s has gone from the content store \"%s\"; does something else remove files there?"
                                .formatted(descriptor.digest(), blobs)));
        return new FilterInputStream(blob.openStream(offset)) {
            @Override
            public void close() {
                blob.close();
            }
        };
    }
}
