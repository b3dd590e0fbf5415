package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.Requests.Ask;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Talks to registries (OCI distribution-spec 1.1): finds images, streams blobs to us and from us, pushes manifests.
 *
 * <p>Blocking, and safe for many threads at once. Every method fails with a {@link RegistryException} that says what
 * was tried, where, what happened and what to do, or with an {@link ImageFormatException} for a malformed document.
 */
public final class RegistryClient implements AutoCloseable {
    private static final int MOST_NESTED_INDEXES = 3;
    private static final String ACCEPTED = String.join(
            ", ", MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST, MediaTypes.OCI_INDEX, MediaTypes.DOCKER_INDEX);

    private final NetworkSettings network;
    private final HttpTransport transport;
    private final Requests requests;
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
        endpoints = new Endpoints(options, listener);
    }

    /** How registries are reached, for what else is fetched in the same build. */
    public NetworkSettings network() {
        return network;
    }

    /** What a name stands for now, by HEAD where the registry tells enough (Docker Hub bills GETs), else by GET. */
    public Descriptor head(ImageReference reference) throws IOException {
        String operation = "find \"%s\"".formatted(reference);
        return endpoints.first(reference, operation, endpoint -> head(endpoint, operation, reference.manifestName()));
    }

    private Descriptor head(Endpoint endpoint, String operation, String name) throws IOException {
        Ask ask = Ask.of(endpoint, operation, "HEAD", endpoint.path("manifests/" + name))
                .withHeader("Accept", ACCEPTED);
        try (HttpAnswer answer = requests.send(ask)) {
            Optional<Digest> digest = answer.header("Docker-Content-Digest").flatMap(RegistryClient::digest);
            String mediaType = mediaType(answer);
            if (answer.status() == 200
                    && digest.isPresent()
                    && answer.contentLength().isPresent()
                    && (MediaTypes.isManifest(mediaType) || MediaTypes.isIndex(mediaType))) {
                return Descriptor.of(
                        mediaType, digest.get(), answer.contentLength().getAsLong());
            }
            if (Retry.isPassing(answer.status())) {
                throw Failures.answered(
                        operation, answer, Optional.empty()); // a GET would fare no better, and is billed
            }
        }
        return document(endpoint, operation, name, Optional.empty()).descriptor();
    }

    /** The manifest or index that a name or digest stands for; its bytes are those of the digest. */
    public Document document(ImageReference reference) throws IOException {
        String operation = "pull \"%s\"".formatted(reference);
        return endpoints.first(
                reference,
                operation,
                endpoint -> document(endpoint, operation, reference.manifestName(), reference.digest()));
    }

    private Document document(Endpoint endpoint, String operation, String name, Optional<Digest> wanted)
            throws IOException {
        Ask ask = Ask.of(endpoint, operation, "GET", endpoint.path("manifests/" + name))
                .withHeader("Accept", ACCEPTED);
        try (HttpAnswer answer = requests.expect(ask, 200)) {
            byte[] raw = answer.read(Manifest.LARGEST_BYTES + 1);
            if (raw.length > Manifest.LARGEST_BYTES) {
                throw Failures.protocol(
                        operation,
                        answer.uri(),
                        "sent a manifest of more than %d bytes, which is the most that is read"
                                .formatted(Manifest.LARGEST_BYTES));
            }
            Optional<Digest> expected =
                    wanted.or(() -> answer.header("Docker-Content-Digest").flatMap(RegistryClient::digest));
            if (expected.isPresent() && !expected.get().matches(raw)) {
                throw Failures.corrupt(
                        operation,
                        answer.uri(),
                        expected.get().toString(),
                        "%d bytes of %s".formatted(raw.length, Digest.of(raw)));
            }
            return new Document(
                    Descriptor.of(mediaType(answer), expected.orElseGet(() -> Digest.of(raw)), raw.length), raw);
        }
    }

    private static Optional<Digest> digest(String header) {
        try {
            return Optional.of(Digest.parse(header.strip()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // an algorithm that we don't know proves nothing
        }
    }

    private static String mediaType(HttpAnswer answer) {
        return answer.header("Content-Type")
                .map(text -> text.replaceFirst(";.*", "").strip())
                .orElse("");
    }

    /** As {@link #resolve(ImageReference, Platform, DocumentStore)}, with nothing known. */
    public Resolved resolve(ImageReference reference, Platform platform) throws IOException {
        return resolve(reference, platform, DocumentStore.NONE);
    }

    /** The same; what {@code documents} has isn't asked for again, but what a tag stands for now always is. */
    public Resolved resolve(ImageReference reference, Platform platform, DocumentStore documents) throws IOException {
        Document document = document(reference, head(reference), documents);
        Optional<ImageIndex> index = Optional.empty();
        for (int depth = 0; isIndex(document, reference); depth++) {
            ImageIndex inner = ImageIndex.parse(
                    document.raw(), document.descriptor().mediaType(), named(reference, document.descriptor()));
            index = index.or(() -> Optional.of(inner));
            Optional<Descriptor> selected = inner.select(platform);
            if (selected.isEmpty() || depth >= MOST_NESTED_INDEXES) {
                throw noSuchPlatform(reference, platform, inner);
            }
            document = document(reference, selected.get(), documents);
        }
        Manifest manifest = Manifest.parse(
                document.raw(), document.descriptor().mediaType(), named(reference, document.descriptor()));
        if (!manifest.isImage()) {
            throw new ImageFormatException("\"%s\" is not an image to build on: its config is of the media type \"%s\""
                    .formatted(reference, manifest.config().mediaType()));
        }
        byte[] config = config(reference, manifest.config(), documents);
        return new Resolved(
                reference, index, manifest, config, ImageConfig.parse(config, named(reference, manifest.config())));
    }

    private Document document(ImageReference reference, Descriptor found, DocumentStore documents) throws IOException {
        Optional<byte[]> kept = documents.find(found);
        if (kept.isPresent()) {
            return new Document(found, kept.get());
        }
        Document document = document(reference.at(found.digest()));
        documents.keep(document.descriptor(), document.raw());
        return document;
    }

    private static boolean isIndex(Document document, ImageReference reference) throws IOException {
        String type = document.descriptor().mediaType();
        if (MediaTypes.isIndex(type) || MediaTypes.isManifest(type) || MediaTypes.isSchema1(type)) {
            return MediaTypes.isIndex(type);
        }
        try {
            ImageIndex.parse(document.raw(), type, named(reference, document.descriptor()));
            return true;
        } catch (ImageFormatException e) {
            return false; // then it must be a manifest, and reading it as one says what is wrong
        }
    }

    private static String named(ImageReference reference, Descriptor descriptor) {
        return "of \"%s\" (%s)".formatted(reference, descriptor.digest());
    }

    private static RegistryException noSuchPlatform(ImageReference reference, Platform platform, ImageIndex index) {
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

    private byte[] config(ImageReference reference, Descriptor config, DocumentStore documents) throws IOException {
        if (config.sizeBytes() > ImageConfig.LARGEST_BYTES) {
            throw new ImageFormatException("the config of \"%s\" has %d bytes, more than the %d that are read"
                    .formatted(reference, config.sizeBytes(), ImageConfig.LARGEST_BYTES));
        }
        Optional<byte[]> kept = documents.find(config);
        if (kept.isPresent()) {
            return kept.get();
        }
        try (InputStream in = openBlob(reference, config)) {
            byte[] raw = in.readAllBytes();
            documents.keep(config, raw);
            return raw;
        }
    }

    /**
     * A blob's bytes, verified while they stream: whoever reads to the end has the right bytes or a
     * {@link RegistryException}. A broken connection is resumed unseen.
     */
    public InputStream openBlob(ImageReference repository, Descriptor blob) throws IOException {
        String operation = "pull blob %s of \"%s\"".formatted(blob.digest(), repository.name());
        return endpoints.first(repository, operation, endpoint -> {
            try {
                URI path = URI.create(endpoint.path("blobs/" + blob.digest()));
                return stream(endpoint, operation, path, blob);
            } catch (RegistryException e) {
                if (e.kind() != Kind.NOT_FOUND || blob.urls().isEmpty()) {
                    throw e;
                }
                return stream(endpoint, operation, URI.create(blob.urls().getFirst()), blob);
            }
        });
    }

    private InputStream stream(Endpoint endpoint, String operation, URI target, Descriptor blob) throws IOException {
        Ask ask = Ask.of(endpoint, operation, "GET", target).withHeader("Accept-Encoding", "identity");
        return new BlobStream(
                offset -> offset == 0
                        ? requests.expect(ask, 200)
                        : requests.expect(ask.withHeader("Range", "bytes=" + offset + "-"), 200, 206),
                operation,
                blob,
                requests.retry(endpoint),
                requests.listener());
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
        Endpoint endpoint = target(repository);
        return new BlobUpload(
                requests, endpoint, blob, source, "push blob %s to \"%s\"".formatted(blob.digest(), endpoint));
    }

    private static Endpoint target(ImageReference reference) {
        return new Endpoint(reference.registry(), reference.repository(), Direction.PUSH);
    }

    /**
     * Puts a manifest or index under the reference's tag ({@code latest} where it has none), or under its digest alone.
     * An immutable tag that is on these very bytes already is no error.
     */
    public void pushManifest(ImageReference reference, byte[] raw, String mediaType) throws IOException {
        put(reference, raw, mediaType);
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
        if (put(repository.at(listed.digest()), raw, listed.mediaType())) {
            return;
        }
        ImageReference list = repository.withTag(subject.algorithm() + "-" + subject.hex());
        List<Descriptor> referrers = new ArrayList<>(referrers(list));
        if (referrers.stream().noneMatch(other -> other.digest().equals(listed.digest()))) {
            referrers.add(listed);
            ImageIndex index = ImageIndex.create(MediaFamily.OCI, referrers, Map.of());
            put(list, index.raw(), index.mediaType());
        }
    }

    private List<Descriptor> referrers(ImageReference list) throws IOException {
        String operation = "read the referrers of \"%s\"".formatted(list);
        try {
            Document document = document(target(list), operation, list.manifestName(), Optional.empty());
            return ImageIndex.parse(
                            document.raw(), document.descriptor().mediaType(), named(list, document.descriptor()))
                    .manifests();
        } catch (RegistryException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }

    /** Whether the registry says that it has taken the manifest's subject in. */
    private boolean put(ImageReference reference, byte[] raw, String mediaType) throws IOException {
        Endpoint endpoint = target(reference);
        String operation = "push \"%s\"".formatted(reference);
        String name = reference.tag().isPresent() ? reference.tagOrLatest() : reference.manifestName();
        Digest digest = Digest.of(raw);
        Ask ask = Ask.of(endpoint, operation, "PUT", endpoint.path("manifests/" + name))
                .withHeader("Content-Type", mediaType)
                .withBody(HttpCall.Body.of(raw));
        try (HttpAnswer answer = requests.expect(ask, 201, 200, 202)) {
            Optional<String> got = answer.header("Docker-Content-Digest");
            if (got.isPresent() && !got.get().equals(digest.toString())) {
                throw Failures.corrupt(operation, answer.uri(), digest.toString(), got.get());
            }
            return answer.header("OCI-Subject").isPresent();
        } catch (RegistryException e) {
            if (!mayMeanThatItIsThere(e) || !isThere(endpoint, operation, name, digest)) {
                throw e;
            }
            return false;
        }
    }

    /** Artifactory may say no more of a tag that is there than 403 and that the manifest is invalid. */
    private static boolean mayMeanThatItIsThere(RegistryException e) {
        return e.kind() == Kind.IMMUTABLE_TAG
                || e.kind() == Kind.FORBIDDEN && e.codes().contains("MANIFEST_INVALID");
    }

    private boolean isThere(Endpoint endpoint, String operation, String name, Digest digest) throws IOException {
        try {
            return head(endpoint, operation, name).digest().equals(digest);
        } catch (RegistryException e) {
            requests.listener().debug(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Fails as a push would fail for want of rights, by starting an upload and giving it up. */
    public void checkPush(ImageReference repository) throws IOException {
        byte[] nothing = {};
        Endpoint endpoint = target(repository);
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
        return new PushAccess(requests.origin(target(repository)), refusal);
    }

    @Override
    public void close() {
        transport.close();
    }
}
