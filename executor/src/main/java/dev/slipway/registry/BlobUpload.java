package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.registry.HttpTransport.SourceException;
import dev.slipway.registry.Requests.Ask;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One blob's way into a repository (OCI distribution-spec, "Pushing Blobs"): a session, and one PUT with the whole blob,
 * or chunks where something on the way takes no body of that size. When it breaks off, the registry is asked how much it
 * has, and the rest follows; a registry that has forgotten the session gets a new one.
 */
final class BlobUpload {
    private static final long FIRST_CHUNK_BYTES = 64L << 20;
    private static final long SMALLEST_CHUNK_BYTES = 512L << 10;
    private static final int TOO_LARGE = 413;

    private final Requests requests;
    private final Endpoint endpoint;
    private final Descriptor blob;
    private final BlobSource source;
    private final String operation;

    /** How much goes into one request. */
    private long chunkBytes = Long.MAX_VALUE;

    /** Less than this the registry doesn't take, but for the last chunk ({@code OCI-Chunk-Min-Length}). */
    private long leastChunkBytes = SMALLEST_CHUNK_BYTES;

    /** The last place that the registry named, which it is asked about when a connection breaks. */
    private @Nullable Session reached;

    BlobUpload(Requests requests, Endpoint endpoint, Descriptor blob, BlobSource source, String operation) {
        this.requests = requests;
        this.endpoint = endpoint;
        this.blob = blob;
        this.source = source;
        this.operation = operation;
    }

    /** Where an upload goes on, and from which byte. */
    private record Session(URI location, long offset) {}

    /** Either the mount worked, or here is the session that the registry opened instead, or neither. */
    private record Mount(boolean done, Optional<Session> session) {}

    RegistryClient.Pushed push(Optional<ImageReference> mountFrom) throws IOException {
        if (exists()) {
            return RegistryClient.Pushed.EXISTED;
        }
        Optional<Session> session = Optional.empty();
        if (mountFrom.isPresent() && mountFrom.get().registry().equals(endpoint.registry())) {
            Mount mount = mount(mountFrom.get().repository());
            if (mount.done()) {
                return RegistryClient.Pushed.MOUNTED;
            }
            session = mount.session();
        }
        upload(session);
        return RegistryClient.Pushed.UPLOADED;
    }

    boolean exists() throws IOException {
        try (HttpAnswer answer =
                requests.send(Ask.of(endpoint, operation, "HEAD", endpoint.path("blobs/" + blob.digest())))) {
            // Some registries know no HEAD on blobs, or answer it oddly: then the upload tells.
            return answer.status() == 200 && answer.contentLength().orElse(blob.sizeBytes()) == blob.sizeBytes();
        }
    }

    /** A mount that is refused, for whatever reason, is an upload: the right to it is checked there. */
    private Mount mount(String from) throws IOException {
        Ask ask = Ask.of(
                        endpoint,
                        operation,
                        "POST",
                        endpoint.path("blobs/uploads/?mount=%s&from=%s".formatted(blob.digest(), from)))
                .alsoReading(from)
                .onlyOnce();
        try (HttpAnswer answer = requests.send(ask)) {
            if (answer.status() == 201) {
                return new Mount(true, Optional.empty());
            }
            requests.listener().debug("%s: no mount from %s (%d)".formatted(operation, from, answer.status()));
            Optional<String> location = answer.header("Location");
            return new Mount(
                    false,
                    answer.status() == 202 && location.isPresent()
                            ? Optional.of(opened(ask, answer, location.get()))
                            : Optional.empty());
        } catch (RegistryException e) {
            requests.listener().debug("%s: no mount from %s: %s".formatted(operation, from, e.getMessage()));
            return new Mount(false, Optional.empty());
        }
    }

    private void upload(Optional<Session> given) throws IOException {
        Optional<Session> session = given;
        for (int made = 1; ; made++) {
            Session current = session.isPresent() ? session.get() : start();
            reached = current;
            RegistryException failure;
            Optional<String> retryAfter = Optional.empty();
            try (HttpAnswer answer = send(current)) {
                if (answer.status() == TOO_LARGE && takesLess()) {
                    session = Optional.empty();
                    continue;
                }
                if (answer.status() == 201 || answer.status() == 204 || answer.status() == 200) {
                    checkDigest(answer);
                    return;
                }
                failure = Failures.answered(operation, answer, Optional.empty());
                retryAfter = answer.header("Retry-After");
                if (!mayPass(answer.status())) {
                    throw failure;
                }
            } catch (SourceException e) {
                throw e.original();
            } catch (InterruptedIOException e) {
                if (!(e instanceof SocketTimeoutException)) {
                    throw e;
                }
                failure = Failures.unanswered(operation, current.location(), e);
            } catch (RegistryException e) {
                if (!isBrokenConnection(e)) {
                    throw e;
                }
                failure = e;
            } catch (IOException e) {
                failure = Failures.unanswered(operation, current.location(), e);
            }
            if (!requests.retry(endpoint).again(made, retryAfter)) {
                throw failure;
            }
            requests.listener().debug(failure.getMessage() + "; trying again");
            if (exists()) {
                return; // the answer was lost, not the blob
            }
            session = status(reached == null ? current : reached);
        }
    }

    private static boolean isBrokenConnection(RegistryException e) {
        return e.status().isEmpty()
                && switch (e.kind()) {
                    case UNREACHABLE, DNS, PROTOCOL -> true;
                    case TLS,
                            CORRUPT,
                            UNAUTHORIZED,
                            FORBIDDEN,
                            NOT_FOUND,
                            RATE_LIMITED,
                            IMMUTABLE_TAG,
                            REFUSED,
                            SERVER -> false;
                };
    }

    /** Also what a registry says that has forgotten the session, or disagrees about its length. */
    private static boolean mayPass(int status) {
        return Retry.isPassing(status) || status == 404 || status == 416;
    }

    private Session start() throws IOException {
        Ask ask = Ask.of(endpoint, operation, "POST", endpoint.path("blobs/uploads/"));
        try (HttpAnswer answer = requests.expect(ask, 202)) {
            Optional<String> location = answer.header("Location");
            if (location.isEmpty()) {
                throw Failures.protocol(operation, answer.uri(), "accepts an upload, but doesn't say where to");
            }
            return opened(ask, answer, location.get());
        }
    }

    private Session opened(Ask ask, HttpAnswer answer, String location) throws RegistryException {
        answer.header("OCI-Chunk-Min-Length")
                .map(String::strip)
                .filter(text -> text.matches("[0-9]{1,15}"))
                .ifPresent(text -> leastChunkBytes = Math.max(SMALLEST_CHUNK_BYTES, Long.parseLong(text)));
        return new Session(location(ask, answer.uri(), location), 0);
    }

    /** Starts a session and gives it up again: whether that is allowed is all that is asked. */
    void probe() throws IOException {
        Session session = start();
        try (HttpAnswer answer = requests.send(
                Ask.of(endpoint, operation, "DELETE", session.location()).onlyOnce())) {
            requests.listener().debug("%s: cancelled (%d)".formatted(operation, answer.status()));
        } catch (RegistryException e) {
            // The right to push has been shown; registries that can't cancel forget the session by themselves.
            requests.listener().debug("%s: not cancelled: %s".formatted(operation, e.getMessage()));
        }
    }

    /** A proxy in front of a registry may take bodies of a megabyte only (nginx), or of a hundred. */
    private boolean takesLess() {
        long sent = Math.min(chunkBytes, blob.sizeBytes());
        long largest = Math.max(FIRST_CHUNK_BYTES, leastChunkBytes);
        long next = Math.max(leastChunkBytes, Math.min(largest, sent / 2));
        if (next >= sent) {
            return false;
        }
        chunkBytes = next;
        requests.listener()
                .debug("%s: too large for one request, going on in chunks of %d bytes".formatted(operation, next));
        return true;
    }

    /** Everything that is left: in one PUT, or in chunks and a PUT that ends them. */
    private HttpAnswer send(Session from) throws IOException {
        Session session = from;
        while (blob.sizeBytes() - session.offset() > chunkBytes) {
            HttpAnswer answer = patch(session);
            if (answer.status() < 200 || answer.status() > 299) {
                return answer;
            }
            try (answer) {
                URI location = answer.header("Location").isPresent()
                        ? location(session.location(), answer)
                        : session.location();
                reached = new Session(location, session.offset());
                session = new Session(location, next(session, answer));
                reached = session;
            }
        }
        return put(session);
    }

    /**
     * After the chunk; or where the registry says that it has come to, if that is within it.
     *
     * @throws RegistryException where it says that it has come no further: what it has is to be asked for then
     */
    private long next(Session session, HttpAnswer answer) throws RegistryException {
        long sent = session.offset() + chunkBytes;
        long taken = answer.header("Range").map(BlobUpload::received).orElse(0L);
        if (taken == 0 || taken >= sent) {
            return sent;
        }
        if (taken <= session.offset()) {
            throw Failures.protocol(
                    operation,
                    answer.uri(),
                    "took nothing of the chunk at byte %d: it says that it has %d bytes"
                            .formatted(session.offset(), taken));
        }
        return taken;
    }

    private URI location(URI asked, HttpAnswer answer) throws RegistryException {
        Ask ask = Ask.of(endpoint, operation, "PATCH", asked);
        return location(ask, answer.uri(), answer.header("Location").orElseThrow());
    }

    private HttpAnswer patch(Session session) throws IOException {
        return requests.send(Ask.of(endpoint, operation, "PATCH", session.location())
                .withHeader("Content-Type", "application/octet-stream")
                .withHeader("Content-Range", "%d-%d".formatted(session.offset(), session.offset() + chunkBytes - 1))
                .withBody(new HttpCall.Body(chunkBytes, () -> source.open(session.offset())))
                .onlyOnce());
    }

    private HttpAnswer put(Session session) throws IOException {
        long rest = blob.sizeBytes() - session.offset();
        Ask ask = Ask.of(endpoint, operation, "PUT", withDigest(session.location()))
                .withHeader("Content-Type", "application/octet-stream")
                .withBody(new HttpCall.Body(rest, () -> source.open(session.offset())))
                .onlyOnce();
        return requests.send(
                session.offset() == 0
                        ? ask
                        : ask.withHeader("Content-Range", "%d-%d".formatted(session.offset(), blob.sizeBytes() - 1)));
    }

    private void checkDigest(HttpAnswer answer) throws RegistryException {
        Optional<String> got = answer.header("Docker-Content-Digest");
        if (got.isPresent() && !got.get().equals(blob.digest().toString())) {
            throw Failures.corrupt(operation, answer.uri(), blob.digest().toString(), got.get());
        }
    }

    /** How much of the blob has arrived; none where the session is gone. */
    private Optional<Session> status(Session session) throws IOException {
        Ask ask = Ask.of(endpoint, operation, "GET", session.location()).onlyOnce();
        try (HttpAnswer answer = requests.send(ask)) {
            if (answer.status() != 204 && answer.status() != 202 && answer.status() != 200) {
                return Optional.empty();
            }
            URI location = answer.header("Location").isPresent()
                    ? location(ask, answer.uri(), answer.header("Location").get())
                    : session.location();
            long offset = answer.header("Range").map(BlobUpload::received).orElse(0L);
            return offset > blob.sizeBytes() ? Optional.empty() : Optional.of(new Session(location, offset));
        } catch (RegistryException e) {
            requests.listener().debug("%s: no word on the upload: %s".formatted(operation, e.getMessage()));
            return Optional.empty();
        }
    }

    /** {@code 0-99} means 100 bytes; nothing received is {@code 0-0} in some registries, and so is one byte. */
    private static long received(String range) {
        String text = range.strip().replaceFirst("^bytes[= ]", "");
        return text.matches("0-[0-9]{1,18}") && !text.equals("0-0") ? Long.parseLong(text.substring(2)) + 1 : 0;
    }

    /** Registries behind a TLS proxy often name themselves by http; we never go down from TLS for that. */
    private static URI location(Ask ask, URI from, String location) throws RegistryException {
        URI next = Requests.resolve(ask, from, location);
        boolean sameHost = host(next).equals(host(from));
        return from.getScheme().equals("https") && next.getScheme().equals("http") && sameHost
                ? URI.create("https" + next.toString().substring("http".length()))
                : next;
    }

    private static String host(URI uri) {
        return Optional.ofNullable(uri.getRawAuthority()).orElse("");
    }

    private URI withDigest(URI location) {
        String text = location.toString();
        return URI.create(text + (location.getRawQuery() == null ? "?" : "&") + "digest=" + blob.digest());
    }
}
