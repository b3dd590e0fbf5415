package dev.slipway.publish;

import dev.slipway.image.Digest;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Brings an image to where the output flags say: a tar file, an OCI layout, registries, and at last the small files that
 * say what was published (DESIGN 3.4, 3.7; flags of kaniko).
 */
public final class Publisher {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final RegistryClient registries;
    private final PublishListener listener;
    private final ReportBuckets buckets;
    private final Pause pause;

    /** Waits between two attempts of a whole push. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    public Publisher(RegistryClient registries, PublishListener listener, ReportBuckets buckets) {
        this(registries, listener, buckets, Thread::sleep);
    }

    Publisher(RegistryClient registries, PublishListener listener, ReportBuckets buckets, Pause pause) {
        this.registries = registries;
        this.listener = listener;
        this.buckets = buckets;
        this.pause = pause;
    }

    /** Fails where a push to a destination is not allowed; called before a build, so that it doesn't fail after it. */
    public void checkPermission(PublishRequest request) throws IOException {
        if (!request.push() || !request.checkPermission()) {
            return;
        }
        Map<String, ImageReference> repositories = new LinkedHashMap<>();
        request.destinations().forEach(destination -> repositories.putIfAbsent(destination.name(), destination));
        for (ImageReference repository : repositories.values()) {
            registries.checkPush(repository);
        }
    }

    /** Does everything that the request says, and tells the digest that the image goes by. */
    public Digest publish(Publication publication, PublishRequest request) throws IOException {
        Digest digest = publication.digest();
        Blobs blobs = new Blobs(registries);
        boolean isSaved =
                request.tarPath().isPresent() || request.ociLayoutPath().isPresent();
        Publication saved = isSaved ? publication.in(request.destinations()) : publication;
        if (request.tarPath().isPresent()) {
            new ImageArchive(blobs)
                    .write(saved, request.destinations(), request.tarPath().get());
            listener.imageWritten(request.tarPath().get(), "docker archive", digest);
        }
        if (request.ociLayoutPath().isPresent()) {
            new OciLayout(blobs)
                    .write(
                            saved,
                            request.destinations(),
                            request.ociLayoutPath().get());
            listener.imageWritten(request.ociLayoutPath().get(), "OCI layout", digest);
        }
        if (request.push()) {
            push(publication, request, blobs);
        }
        new Reports(publication, request, listener, buckets).write();
        return digest;
    }

    private void push(Publication publication, PublishRequest request, Blobs blobs) throws IOException {
        Push push = new Push(registries, listener, request.ignoreImmutableTagErrors(), publication);
        Duration wait = FIRST_PAUSE;
        for (int left = request.pushRetries(); ; left--) {
            try {
                push.attempt(blobs, request.destinations());
                return;
            } catch (RegistryException e) {
                if (left == 0 || e.kind() == Kind.IMMUTABLE_TAG) {
                    throw e;
                }
                listener.warn("%s; pushing again in %d s".formatted(e.getMessage(), wait.toSeconds()));
                sleep(wait);
                wait = wait.multipliedBy(2);
            }
        }
    }

    private void sleep(Duration wait) throws InterruptedIOException {
        try {
            pause.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting to push again");
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
