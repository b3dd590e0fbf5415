package dev.slipway.publish;

import dev.slipway.image.Digest;
import dev.slipway.image.Manifest;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The push of an image to all its destinations, as often as it takes. A manifest is only put once all its blobs are
 * there, so that no tag points to a missing blob, an index only once its manifests are; a second repository on the same
 * registry mounts what the first one got.
 */
final class Push {
    private static final int PARALLEL = 6;

    private final RegistryClient registries;
    private final PublishListener listener;
    private final boolean ignoreImmutableTags;
    private final Publication all;
    /** What is published in each repository: signed once, however often it is tried. */
    private final Map<String, Publication> signed = new HashMap<>();

    Push(RegistryClient registries, PublishListener listener, boolean ignoreImmutableTags, Publication all) {
        this.registries = registries;
        this.listener = listener;
        this.ignoreImmutableTags = ignoreImmutableTags;
        this.all = all;
    }

    void attempt(Blobs sources, List<ImageReference> destinations) throws IOException {
        Map<String, List<ImageReference>> repositories = new LinkedHashMap<>();
        destinations.forEach(destination -> repositories
                .computeIfAbsent(destination.name(), name -> new ArrayList<>())
                .add(destination));
        Map<String, ImageReference> served = new HashMap<>();
        for (List<ImageReference> tags : repositories.values()) {
            long start = System.nanoTime();
            ImageReference repository = tags.getFirst();
            Publication publication = signed.computeIfAbsent(repository.name(), name -> all.in(repository));
            pushBlobs(repository, sources.of(publication), Optional.ofNullable(served.get(repository.registry())));
            pushUntagged(publication, repository);
            for (ImageReference tag : tags) {
                pushTag(publication, tag);
                listener.imagePushed(tag, publication.digest(), Duration.ofNanos(System.nanoTime() - start));
            }
            served.putIfAbsent(repository.registry(), repository);
        }
    }

    /** What a tag needs to be whole, signatures included: whoever sees the tag sees them, too. */
    private void pushUntagged(Publication publication, ImageReference repository) throws IOException {
        if (publication.index().isPresent()) {
            for (PublishableImage image : publication.manifests()) {
                pushManifest(repository, image.manifest());
            }
        }
        if (publication.referrers().isEmpty()) {
            return;
        }
        registries.pushManifest(
                repository.at(publication.digest()),
                publication.rootDocument(),
                publication.root().mediaType());
        for (Publication.Referrer referrer : publication.referrers()) {
            Manifest manifest = referrer.artifact().manifest();
            unlessImmutable(
                    () -> registries.pushReferrer(repository, manifest.raw(), referrer.listed(), referrer.subject()),
                    "it stays out of the list of referrers");
            if (referrer.tag().isPresent()) {
                ImageReference tag = repository.withTag(referrer.tag().get());
                unlessImmutable(
                        () -> new SignatureTag(registries, tag).add(referrer.artifact()),
                        "the signature is found among the image's referrers only");
            }
        }
    }

    /** Puts something under a tag. */
    @FunctionalInterface
    private interface Put {
        void run() throws IOException;
    }

    /** A tag that doesn't move is an error, or with {@code --push-ignore-immutable-tag-errors} a warning. */
    private void unlessImmutable(Put put, String otherwise) throws IOException {
        try {
            put.run();
        } catch (RegistryException e) {
            if (e.kind() != Kind.IMMUTABLE_TAG || !ignoreImmutableTags) {
                throw e;
            }
            listener.warn("%s; %s".formatted(e.getMessage(), otherwise));
        }
    }

    private void pushManifest(ImageReference repository, Manifest manifest) throws IOException {
        registries.pushManifest(repository.at(manifest.digest()), manifest.raw(), manifest.mediaType());
    }

    private void pushBlobs(ImageReference repository, Collection<Blobs.Blob> blobs, Optional<ImageReference> served)
            throws IOException {
        Semaphore slots = new Semaphore(PARALLEL);
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("push-", 0).factory())) {
            ExecutorCompletionService<Digest> pushes = new ExecutorCompletionService<>(threads);
            for (Blobs.Blob blob : blobs) {
                pushes.submit(() -> {
                    slots.acquire();
                    try {
                        pushBlob(repository, blob, served.or(blob::origin));
                        return blob.descriptor().digest();
                    } finally {
                        slots.release();
                    }
                });
            }
            try {
                for (int left = blobs.size(); left > 0; left--) {
                    pushes.take().get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw unwrapped(e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted = new InterruptedIOException("interrupted while pushing");
                interrupted.initCause(e);
                throw interrupted;
            }
        }
    }

    private static IOException unwrapped(ExecutionException e) {
        return switch (e.getCause()) {
            case IOException failure -> failure;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case null, default -> new IOException("pushing failed: " + e.getMessage(), e);
        };
    }

    private void pushBlob(ImageReference repository, Blobs.Blob blob, Optional<ImageReference> mountFrom)
            throws IOException {
        long start = System.nanoTime();
        listener.blobStarted(repository, blob.descriptor());
        Optional<ImageReference> other = mountFrom.filter(from -> !from.name().equals(repository.name()));
        RegistryClient.Pushed pushed = registries.pushBlob(repository, blob.descriptor(), blob.source(), other);
        switch (pushed) {
            case EXISTED -> listener.blobSkipped(repository, blob.descriptor(), "exists");
            case MOUNTED ->
                listener.blobSkipped(
                        repository,
                        blob.descriptor(),
                        "mounted from " + other.orElse(repository).repository());
            case UPLOADED ->
                listener.blobUploaded(repository, blob.descriptor(), Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void pushTag(Publication publication, ImageReference destination) throws IOException {
        unlessImmutable(
                () -> registries.pushManifest(
                        destination,
                        publication.rootDocument(),
                        publication.root().mediaType()),
                "it counts as pushed");
    }
}
