package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.Requests.Ask;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/**
 * Where a blob's bytes may be had, one place after the other: the endpoints of its repository, then the URLs that its
 * manifest gives (OCI image-spec, "Descriptor": {@code urls}). What one place breaks off, the next one goes on with.
 */
final class BlobPlaces {
    private final Requests requests;
    private final Endpoints endpoints;
    private final ImageReference repository;
    private final Descriptor blob;
    private final String operation;
    private final Queue<Place> left = new ArrayDeque<>();
    private final List<RegistryException> failures = new ArrayList<>();
    private Place current;
    private boolean hasMovedOn;

    /** An endpoint's own copy, or one that is elsewhere. */
    private sealed interface Place {
        record InRegistry(Endpoint endpoint) implements Place {}

        record Elsewhere(Endpoint endpoint, String url) implements Place {}

        /** Whose patience and trust go for it. */
        Endpoint endpoint();
    }

    BlobPlaces(Requests requests, Endpoints endpoints, ImageReference repository, Descriptor blob, String operation)
            throws RegistryException {
        this.requests = requests;
        this.endpoints = endpoints;
        this.repository = repository;
        this.blob = blob;
        this.operation = operation;
        List<Endpoint> all = endpoints.of(repository);
        Stream.concat(
                        all.stream().map(Place.InRegistry::new),
                        blob.urls().stream().map(url -> new Place.Elsewhere(all.getLast(), url)))
                .forEach(left::add);
        current = left.remove();
    }

    /** The bytes from an offset on, of the first place from here that has them: 200 or 206. */
    HttpAnswer open(long offset) throws IOException {
        while (true) {
            try {
                HttpAnswer answer = ask(offset);
                if (current instanceof Place.InRegistry(Endpoint endpoint)) {
                    endpoints.serves(repository, endpoint);
                }
                return answer;
            } catch (RegistryException e) {
                leave(e);
            }
        }
    }

    private HttpAnswer ask(long offset) throws IOException {
        URI target = switch (current) {
            case Place.InRegistry(Endpoint endpoint) -> URI.create(endpoint.path("blobs/" + blob.digest()));
            case Place.Elsewhere(Endpoint _, String url) -> foreign(url);
        };
        Ask ask = Ask.of(current.endpoint(), operation, "GET", target).withHeader("Accept-Encoding", "identity");
        if (offset > 0) {
            return requests.expect(ask.withHeader("Range", "bytes=" + offset + "-"), 200, 206);
        }
        HttpAnswer answer = requests.expect(ask, 200);
        long announced = answer.contentLength().orElse(blob.sizeBytes());
        if (announced == blob.sizeBytes()) {
            return answer;
        }
        try (answer) {
            throw Failures.corrupt(
                    operation, answer.uri(), blob.sizeBytes() + " bytes", "a blob of " + announced + " bytes");
        }
    }

    /** A URL that somebody's manifest holds. */
    private URI foreign(String url) throws RegistryException {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw Failures.notAPlace(operation, url);
        }
        throw Failures.notAPlace(operation, url);
    }

    /** Goes over to the next place, or fails with what all of them said. */
    void leave(RegistryException why) throws RegistryException {
        if (current instanceof Place.InRegistry(Endpoint endpoint)) {
            endpoints.failed(repository, endpoint, why);
        }
        failures.add(why);
        if (left.isEmpty()) {
            throw Failures.everywhere(operation, failures);
        }
        current = left.remove();
        hasMovedOn = true;
    }

    /** Notes wrong bytes, so that their place is asked last next time; of several places nobody knows whose they are. */
    RegistryException damaged(RegistryException why) {
        if (!hasMovedOn && current instanceof Place.InRegistry(Endpoint endpoint) && why.kind() == Kind.CORRUPT) {
            endpoints.failed(repository, endpoint, why);
        }
        return why;
    }

    Retry retry() {
        return requests.retry(current.endpoint());
    }
}
