package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.Platform;
import dev.slipway.network.InterruptibleStream;
import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Talks to registries (OCI distribution-spec 1.1): finds images, streams blobs to us and from us, pushes manifests.
 *
 * <p>Blocking, and safe for many threads at once. Every method fails with a {@link RegistryException} that says what
 * was tried, where, what happened and what to do, or with an {@link ImageFormatException} for a malformed document.
 */
public final class RegistryClient implements AutoCloseable {
    private final NetworkSettings network;
    private final HttpTransport transport;
    private final Requests requests;
    private final Manifests manifests;
    private final Endpoints endpoints;

    /** How a blob got to where it was pushed. */
    public enum Pushed {
        EXISTED,
        MOUNTED,
        UPLOADED
    }

    /** A manifest or an index, verified: what it is and its bytes. */
    public record Document(Descriptor descriptor, byte[] raw) {}

    public RegistryClient(RegistryOptions options, CredentialSource credentials, RegistryListener listener) {
        this(options, credentials, listener, Retry.standard(options.attempts()));
    }

    RegistryClient(RegistryOptions options, CredentialSource credentials, RegistryListener listener, Retry retry) {
        network = options.network();
        transport = new HttpTransport(options);
        requests = new Requests(options, credentials, listener, transport, retry);
        manifests = new Manifests(requests);
        endpoints = new Endpoints(options, listener);
    }

    /** How registries are reached, for what else is fetched in the same build. */
    public NetworkSettings network() {
        return network;
    }

    /** What a name stands for now, by HEAD where the registry tells enough (Docker Hub bills GETs), else by GET. */
    public Descriptor head(ImageReference reference) throws IOException {
        String operation = "find \"%s\"".formatted(reference);
        return endpoints.first(
                reference, operation, endpoint -> manifests.head(endpoint, operation, reference.manifestName()));
    }

    /** The manifest or index that a name or digest stands for; its bytes are those of the digest. */
    public Document document(ImageReference reference) throws IOException {
        String operation = "pull \"%s\"".formatted(reference);
        return endpoints.first(
                reference,
                operation,
                endpoint -> manifests.get(endpoint, operation, reference.manifestName(), reference.digest()));
    }

    /** As {@link #resolve(ImageReference, Platform, DocumentStore)}, with nothing known. */
    public Resolved resolve(ImageReference reference, Platform platform) throws IOException {
        return resolve(reference, platform, DocumentStore.NONE);
    }

    /** The same; what {@code documents} has isn't asked for again, but what a tag stands for now always is. */
    public Resolved resolve(ImageReference reference, Platform platform, DocumentStore documents) throws IOException {
        return new Resolution(this, reference, documents).of(platform);
    }

    /**
     * A blob's bytes, verified while they stream: whoever reads to the end has the right bytes or a
     * {@link RegistryException}. A broken connection is resumed unseen, where a mirror doesn't come back from the next
     * place.
     */
    public InputStream openBlob(ImageReference repository, Descriptor blob) throws IOException {
        String operation = "pull blob %s of \"%s\"".formatted(blob.digest(), repository.name());
        return new BlobStream(
                new BlobPlaces(requests, endpoints, repository, blob, operation), operation, blob, requests.listener());
    }

    /** What is done with a blob's bytes; more than once, where the first ones turn out wrong. */
    @FunctionalInterface
    public interface BlobReader<T> {
        T read(InputStream in) throws IOException;
    }

    /**
     * A whole blob, for a reader that can begin anew: where one place sends wrong bytes, the next one is read. The thread
     * may be interrupted while it waits.
     */
    public <T> T readBlob(ImageReference repository, Descriptor blob, BlobReader<T> reader) throws IOException {
        for (int left = endpoints.of(repository).size(); ; left--) {
            try (InputStream in = InterruptibleStream.open(() -> openBlob(repository, blob))) {
                return reader.read(in);
            } catch (RegistryException e) {
                if (e.kind() != Kind.CORRUPT || left <= 1) {
                    throw e;
                }
                requests.listener().warn(e.getMessage() + "; asking elsewhere");
            }
        }
    }

    /** Whether the repository that is pushed to has a blob. */
    public boolean blobExists(ImageReference repository, Descriptor blob) throws IOException {
        return upload(repository, blob, offset -> InputStream.nullInputStream()).exists();
    }

    /**
     * Brings a blob into a repository by the cheapest way: nothing where it is there already, a mount from
     * {@code mountFrom} where that is on the same registry and is let, else one upload.
     */
    public Pushed pushBlob(
            ImageReference repository, Descriptor blob, BlobSource source, Optional<ImageReference> mountFrom)
            throws IOException {
        return upload(repository, blob, source).push(mountFrom);
    }

    private BlobUpload upload(ImageReference repository, Descriptor blob, BlobSource source) {
        Endpoint endpoint = Endpoint.toPush(repository);
        return new BlobUpload(
                requests, endpoint, blob, source, "push blob %s to \"%s\"".formatted(blob.digest(), endpoint));
    }

    /**
     * Puts a manifest or index under the reference's tag ({@code latest} where it has none), or under its digest alone.
     * An immutable tag that is on these very bytes already is no error.
     */
    public void pushManifest(ImageReference reference, byte[] raw, String mediaType) throws IOException {
        manifests.put(reference, raw, mediaType);
    }

    /**
     * Puts a manifest that has a subject under its digest, and sees to it that it is found as the subject's referrer: a
     * registry without the referrers API gets the list that clients keep in its place (OCI distribution-spec 1.1,
     * "Referrers Tag Schema").
     *
     * @param listed what the list says of it: with its artifact type and annotations
     */
    public void pushReferrer(ImageReference repository, byte[] raw, Descriptor listed, Digest subject)
            throws IOException {
        manifests.refer(repository, raw, listed, subject);
    }

    /** What is under a name in the repository that is pushed to, which no mirror stands in for. */
    public Optional<Document> pushed(ImageReference reference) throws IOException {
        return manifests.pushed(reference);
    }

    /** Fails as a push would fail for want of rights, by starting an upload and giving it up. */
    public void checkPush(ImageReference repository) throws IOException {
        byte[] nothing = {};
        Endpoint endpoint = Endpoint.toPush(repository);
        new BlobUpload(
                        requests,
                        endpoint,
                        Descriptor.of("application/octet-stream", nothing),
                        offset -> InputStream.nullInputStream(),
                        "check the right to push to \"%s\"".formatted(endpoint))
                .probe();
    }

    /**
     * What a push would meet.
     *
     * @param credential where the credential comes from that the registry was shown last; none for anonymous
     * @param refusal why it would fail, if it would
     */
    public record PushAccess(Optional<String> credential, Optional<RegistryException> refusal) {}

    /** Asks the registry whether we may push, and says as whom; shows no secret. */
    public PushAccess pushAccess(ImageReference repository) throws IOException {
        Optional<RegistryException> refusal = Optional.empty();
        try {
            checkPush(repository);
        } catch (RegistryException e) {
            refusal = Optional.of(e);
        }
        return new PushAccess(requests.origin(Endpoint.toPush(repository)), refusal);
    }

    @Override
    public void close() {
        transport.close();
    }
}
