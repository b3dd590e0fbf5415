package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.layer.Blob;
import dev.slipway.layer.BlobStore;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.BuildEvent.Transfer;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import dev.slipway.rootfs.ImageLayer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * The blobs of stages' layers. A base's layer is fetched when the first of its image is looked into, and then all of
 * that image at once, each verified while it comes; a build that looks into none fetches none (DESIGN 3.4).
 */
final class BaseLayers implements AutoCloseable {
    private static final int DOWNLOADS_AT_A_TIME = 4;

    private final RegistryClient registries;
    private final BlobStore blobs;
    private final ProgressListener progress;
    private final int retries;
    /** Platform threads: they call the system, which a native executable does on no others. */
    private final ExecutorService fetchers = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("pull-", 0).factory());

    private final Semaphore slots = new Semaphore(DOWNLOADS_AT_A_TIME);
    private final Map<Digest, Future<Long>> fetched = new HashMap<>();

    BaseLayers(RegistryClient registries, BlobStore blobs, ProgressListener progress, int retries) {
        this.registries = registries;
        this.blobs = blobs;
        this.progress = progress;
        this.retries = retries;
    }

    /** Layers as a root filesystem takes them. */
    List<ImageLayer> images(List<StageLayer> layers) {
        return images(layers, false);
    }

    /** The same; those of a Windows image are laid out in another way. */
    List<ImageLayer> images(List<StageLayer> layers, boolean windows) {
        List<ImageLayer> images = new ArrayList<>();
        for (StageLayer layer : layers) {
            images.add(new ImageLayer(layer.diffId(), layer.descriptor(), new Stored(layer, layers), windows));
        }
        return images;
    }

    /** Fetches them all; one that the store has costs nothing. */
    void fetch(List<StageLayer> layers) throws IOException {
        List<Future<Long>> futures = layers.stream().map(this::fetch).toList();
        for (Future<Long> future : futures) {
            await(future);
        }
    }

    @Override
    public void close() {
        fetchers.shutdownNow();
        fetchers.close();
    }

    /** A layer as the store has it, fetched when it is first opened. */
    private final class Stored implements ImageLayer.Source {
        private final StageLayer layer;
        private final List<StageLayer> all;
        private boolean wasRestored;

        Stored(StageLayer layer, List<StageLayer> all) {
            this.layer = layer;
            this.all = all;
        }

        @Override
        public InputStream open() throws IOException {
            return BaseLayers.this.open(layer, all);
        }

        /** Once: bytes that are wrong again are wrong where they come from. */
        @Override
        public boolean restore() throws IOException {
            discardDamaged(layer.descriptor().digest());
            if (wasRestored || layer.origin() instanceof LayerOrigin.ThisBuild) {
                return false;
            }
            wasRestored = true;
            progress.warn(
                    "the layer %s in the content store \"%s\" is damaged, as by a crash of the machine; fetching it again"
                            .formatted(layer.descriptor().digest(), blobs));
            return true;
        }
    }

    private InputStream open(StageLayer layer, List<StageLayer> all) throws IOException {
        Optional<Blob> stored =
                blobs.find(layer.descriptor().digest(), layer.descriptor().sizeBytes());
        if (stored.isEmpty() && !(layer.origin() instanceof LayerOrigin.ThisBuild)) {
            all.stream().filter(other -> other.origin().equals(layer.origin())).forEach(this::fetch);
            await(fetch(layer));
            stored = blobs.find(layer.descriptor().digest(), layer.descriptor().sizeBytes());
        }
        Blob blob = stored.orElseThrow(() -> new IOException(
                "the layer %s has gone from the content store \"%s\"; does something else remove files there?"
                        .formatted(layer.descriptor().digest(), blobs)));
        return new FilterInputStream(blob.openStream()) {
            @Override
            public void close() {
                blob.close();
            }
        };
    }

    /** A failure isn't the last word: who asks again has it tried again. */
    private synchronized Future<Long> fetch(StageLayer layer) {
        Digest digest = layer.descriptor().digest();
        Future<Long> known = fetched.get(digest);
        if (known == null || (known.isDone() && known.state() != Future.State.SUCCESS)) {
            known = fetchers.submit(() -> download(layer));
            fetched.put(digest, known);
        }
        return known;
    }

    /** Removes a blob unless another stage has replaced it by now. */
    private synchronized void discardDamaged(Digest digest) throws IOException {
        if (!isIntact(digest)) {
            blobs.remove(digest);
            fetched.remove(digest);
        }
    }

    private boolean isIntact(Digest digest) throws IOException {
        MessageDigest hash = digest.algorithm().newHash();
        try (Blob blob = blobs.find(digest).orElse(null)) {
            if (blob == null) {
                return false;
            }
            try (InputStream in = new DigestInputStream(blob.openStream(), hash)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        return Digest.ofHash(digest.algorithm(), hash.digest()).equals(digest);
    }

    private static void await(Future<Long> future) throws IOException {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a layer was fetched", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private long download(StageLayer layer) throws IOException, InterruptedException {
        slots.acquire();
        try {
            for (int attempt = 0; ; attempt++) {
                try {
                    return download(layer.descriptor(), source(layer));
                } catch (RegistryException e) {
                    if (attempt >= retries) {
                        throw e;
                    }
                    progress.warn("layer %s: %s; trying again"
                            .formatted(layer.descriptor().digest(), e.getMessage()));
                }
            }
        } finally {
            slots.release();
        }
    }

    /**
     * What a transfer is called by, and how its bytes are had.
     *
     * @param verified whether they are seen to be the right ones while they come
     */
    private record Source(String name, Reading reading, boolean verified) {
        @FunctionalInterface
        interface Reading {
            Blob read(RegistryClient.BlobReader<Blob> reader) throws IOException;
        }
    }

    private Source source(StageLayer layer) {
        Descriptor descriptor = layer.descriptor();
        return switch (layer.origin()) {
            case LayerOrigin.Repository(ImageReference image) ->
                new Source(image.name(), reader -> registries.readBlob(image, descriptor, reader), true);
            case LayerOrigin.Layout(LayoutImage image) ->
                new Source(
                        image.directory().toString(),
                        reader -> {
                            try (InputStream in = image.open(descriptor)) {
                                return reader.read(in);
                            }
                        },
                        false);
            case LayerOrigin.ThisBuild _ ->
                throw new IllegalStateException("a layer of this build is nowhere else: " + descriptor.digest());
        };
    }

    private long download(Descriptor descriptor, Source source) throws IOException {
        try (Blob stored =
                blobs.find(descriptor.digest(), descriptor.sizeBytes()).orElse(null)) {
            if (stored != null) {
                return stored.sizeBytes();
            }
        }
        Transfer transfer = new Transfer(
                Transfer.Direction.PULL,
                "layer " + descriptor.digest().abbreviated(),
                source.name(),
                OptionalLong.of(descriptor.sizeBytes()));
        progress.on(new BuildEvent.TransferStarted(transfer));
        long start = System.nanoTime();
        try (Blob blob = source.reading()
                .read(in -> source.verified()
                        ? blobs.putVerified(descriptor.digest(), descriptor.sizeBytes(), in)
                        : blobs.put(descriptor.digest(), descriptor.sizeBytes(), in))) {
            progress.on(new BuildEvent.TransferFinished(transfer, Duration.ofNanos(System.nanoTime() - start)));
            return blob.sizeBytes();
        }
    }
}
