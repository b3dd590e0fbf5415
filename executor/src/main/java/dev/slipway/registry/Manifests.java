package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.RegistryClient.Document;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.Requests.Ask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests and indexes on their way (OCI distribution-spec, "Pulling manifests", "Pushing Manifests"). */
final class Manifests {
    private static final String ACCEPTED = String.join(
            ", ", MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST, MediaTypes.OCI_INDEX, MediaTypes.DOCKER_INDEX);

    private final Requests requests;

    Manifests(Requests requests) {
        this.requests = requests;
    }

    /** By HEAD where the registry tells enough, else by GET. */
    Descriptor head(Endpoint endpoint, String operation, String name) throws IOException {
        Ask ask = Ask.of(endpoint, operation, "HEAD", endpoint.path("manifests/" + name))
                .withHeader("Accept", ACCEPTED);
        try (HttpAnswer answer = requests.send(ask)) {
            Optional<Digest> digest = answer.header("Docker-Content-Digest").flatMap(Manifests::digest);
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
        return get(endpoint, operation, name, Optional.empty()).descriptor();
    }

    /**
     * The document, verified.
     *
     * @param wanted the digest that it must have, whatever the registry says
     */
    Document get(Endpoint endpoint, String operation, String name, Optional<Digest> wanted) throws IOException {
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
                    wanted.or(() -> answer.header("Docker-Content-Digest").flatMap(Manifests::digest));
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

    /** Whether the registry says that it has taken the manifest's subject in. */
    boolean put(ImageReference reference, byte[] raw, String mediaType) throws IOException {
        Endpoint endpoint = Endpoint.toPush(reference);
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

    /** As {@link RegistryClient#pushReferrer}. */
    void refer(ImageReference repository, byte[] raw, Descriptor listed, Digest subject) throws IOException {
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
        Optional<Document> document = pushed(list);
        return document.isEmpty()
                ? List.of()
                : ImageIndex.parse(
                                document.get().raw(),
                                document.get().descriptor().mediaType(),
                                "of \"%s\" (%s)"
                                        .formatted(
                                                list,
                                                document.get().descriptor().digest()))
                        .manifests();
    }

    /** As {@link RegistryClient#pushed}. */
    Optional<Document> pushed(ImageReference reference) throws IOException {
        try {
            return Optional.of(get(
                    Endpoint.toPush(reference),
                    "read \"%s\" before it is added to".formatted(reference),
                    reference.manifestName(),
                    Optional.empty()));
        } catch (RegistryException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
