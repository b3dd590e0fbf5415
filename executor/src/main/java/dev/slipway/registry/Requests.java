package dev.slipway.registry;

import dev.slipway.registry.Authorizer.Grant;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests to registries: finds the host, authorises, follows redirects, and tries again what passes. An answer
 * that comes back has any other status; the caller knows which ones it hoped for.
 */
final class Requests {
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_REFUSALS = 12;

    /** For a mirror, which another place stands in for. */
    private static final int ATTEMPTS_OF_REPLACEABLE = 3;

    private final RegistryOptions options;
    private final CredentialSource credentials;
    private final RegistryListener listener;
    private final HttpTransport transport;
    private final Retry retry;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    Requests(
            RegistryOptions options,
            CredentialSource credentials,
            RegistryListener listener,
            HttpTransport transport,
            Retry retry) {
        this.options = options;
        this.credentials = credentials;
        this.listener = listener;
        this.transport = transport;
        this.retry = retry;
    }

    private record Known(RegistryHost host, Authorizer authorizer) {}

    /**
     * A request as the protocol sees it.
     *
     * @param operation for errors: what is tried, in words
     * @param target a path at the endpoint's registry, or a whole URL that the registry gave
     * @param also a second repository whose contents are read, for a mount
     * @param once whether the caller itself tries again
     */
    record Ask(
            Endpoint endpoint,
            String operation,
            String method,
            URI target,
            Map<String, String> headers,
            Optional<HttpCall.Body> body,
            Optional<String> also,
            boolean once) {

        static Ask of(Endpoint endpoint, String operation, String method, String path) {
            return of(endpoint, operation, method, URI.create(path));
        }

        static Ask of(Endpoint endpoint, String operation, String method, URI target) {
            return new Ask(endpoint, operation, method, target, Map.of(), Optional.empty(), Optional.empty(), false);
        }

        Ask withHeader(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Ask(endpoint, operation, method, target, more, body, also, once);
        }

        Ask withBody(HttpCall.Body other) {
            return new Ask(endpoint, operation, method, target, headers, Optional.of(other), also, once);
        }

        Ask alsoReading(String repository) {
            return new Ask(endpoint, operation, method, target, headers, body, Optional.of(repository), once);
        }

        Ask onlyOnce() {
            return new Ask(endpoint, operation, method, target, headers, body, also, true);
        }

        private List<Scope> scopes() {
            List<Scope> scopes = new ArrayList<>();
            scopes.add(new Scope(endpoint.repository(), endpoint.direction()));
            also.ifPresent(repository -> scopes.add(new Scope(repository, Direction.PULL)));
            return scopes;
        }
    }

    Retry retry(Endpoint endpoint) {
        return endpoint.replaceable() ? retry.atMost(ATTEMPTS_OF_REPLACEABLE) : retry;
    }

    RegistryListener listener() {
        return listener;
    }

    /** The answer, which must have one of these statuses. */
    HttpAnswer expect(Ask ask, int... statuses) throws IOException {
        HttpAnswer answer = send(ask);
        if (Arrays.stream(statuses).anyMatch(status -> status == answer.status())) {
            return answer;
        }
        try (answer) {
            throw Failures.answered(ask.operation(), answer, Optional.empty());
        }
    }

    /** The answer, whatever its status; 401 and 403 are thrown once no credential is left to try. */
    HttpAnswer send(Ask ask) throws IOException {
        for (int made = 1; ; made++) {
            try {
                HttpAnswer answer = authorised(ask);
                if (ask.once()
                        || !Retry.isPassing(answer.status())
                        || !retry(ask.endpoint()).again(made, answer.header("Retry-After"))) {
                    return answer;
                }
                answer.close();
                listener.debug("%s: answered %d, trying again".formatted(ask.operation(), answer.status()));
            } catch (IOException e) {
                if (isFinal(e)) {
                    throw e;
                }
                if (!again(ask, made, e)) {
                    throw Failures.unanswered(ask.operation(), uri(ask), e);
                }
            }
        }
    }

    /** Whether it has its words already, comes from our own side, or is our own thread's end. */
    private static boolean isFinal(IOException e) {
        return e instanceof RegistryException
                || e instanceof HttpTransport.SourceException
                || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    }

    private boolean again(Ask ask, int made, IOException e) throws IOException {
        boolean again = !ask.once()
                && Failures.kind(e) != RegistryException.Kind.TLS
                && retry(ask.endpoint()).again(made, Optional.empty());
        if (again) {
            listener.debug("%s: %s, trying again".formatted(ask.operation(), e.getMessage()));
        }
        return again;
    }

    private HttpAnswer authorised(Ask ask) throws IOException {
        Known known = known(ask.endpoint());
        URI uri = uri(ask);
        boolean ours = sameServer(uri, known.host().base(ask.operation()));
        Optional<RegistryException> telling = Optional.empty();
        for (int refusals = 0; ; refusals++) {
            Optional<Grant> grant =
                    ours ? Optional.of(known.authorizer().grant(ask.operation(), ask.scopes())) : Optional.empty();
            HttpCall call = new HttpCall(ask.endpoint().direction(), ask.method(), uri, ask.headers(), ask.body());
            Optional<String> header = grant.flatMap(Grant::header);
            HttpAnswer answer =
                    followed(ask, header.isPresent() ? call.withHeader("Authorization", header.get()) : call);
            if (answer.status() != 401 && answer.status() != 403 || grant.isEmpty() || !sameServer(answer.uri(), uri)) {
                return answer;
            }
            try (answer) {
                List<Challenge> challenges = Challenge.parse(answer.headers("WWW-Authenticate"));
                RegistryException refusal =
                        Failures.answered(ask.operation(), answer, grant.get().origin());
                if (telling.isEmpty()
                        || header.isPresent() && grant.get().origin().isPresent()) {
                    telling = Optional.of(
                            telling.filter(e -> String.valueOf(e.getMessage()).contains("the credential from"))
                                    .orElse(refusal));
                }
                if (refusals >= MOST_REFUSALS
                        || refusal.kind() == RegistryException.Kind.IMMUTABLE_TAG
                        || !known.authorizer().refused(grant.get(), ask.scopes(), answer.status(), challenges)) {
                    throw telling.get();
                }
            }
        }
    }

    /**
     * Follows redirects: any of a reading request, and those that keep method and body of the others (RFC 9110, sections
     * 15.4.8 and 15.4.9). Who we are stays between us and the registry.
     */
    private HttpAnswer followed(Ask ask, HttpCall first) throws IOException {
        HttpCall call = first;
        for (int redirects = 0; ; redirects++) {
            HttpAnswer answer = transport.send(call);
            Optional<String> location = answer.header("Location");
            if (!mayFollow(call.method(), answer.status()) || location.isEmpty()) {
                return answer;
            }
            try (answer) {
                if (redirects >= MOST_REDIRECTS) {
                    throw Failures.protocol(ask.operation(), first.uri(), "redirects more than ten times");
                }
                URI next = resolve(ask, call.uri(), location.get());
                call = sameServer(next, call.uri())
                        ? call.to(next)
                        : call.withoutHeader("Authorization").to(next);
            }
        }
    }

    private static boolean mayFollow(String method, int status) {
        boolean reading = method.equals("GET") || method.equals("HEAD");
        return status == 307 || status == 308 || reading && (status == 301 || status == 302 || status == 303);
    }

    static boolean sameServer(URI one, URI other) {
        return one.getScheme().equals(other.getScheme()) && authority(one).equals(authority(other));
    }

    private static String authority(URI uri) {
        String authority = Optional.ofNullable(uri.getRawAuthority()).orElse("").toLowerCase(Locale.ROOT);
        return authority.replaceFirst(uri.getScheme().equals("https") ? ":443$" : ":80$", "");
    }

    /** A URL that a registry gave, which may be relative, and badly escaped. */
    static URI resolve(Ask ask, URI from, String location) throws RegistryException {
        try {
            URI next = from.resolve(location.replace(" ", "%20").replace("|", "%7C"));
            if (("http".equals(next.getScheme()) || "https".equals(next.getScheme()))
                    && next.getRawAuthority() != null) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw Failures.protocol(ask.operation(), from, "leads to \"%s\", which is no URL".formatted(location));
        }
        throw Failures.protocol(ask.operation(), from, "leads to \"%s\", which is no http URL".formatted(location));
    }

    private URI uri(Ask ask) throws IOException {
        return ask.target().isAbsolute()
                ? ask.target()
                : known(ask.endpoint()).host().base(ask.operation()).resolve(ask.target());
    }

    /** Where the credential for a repository comes from, as far as it is known by now. */
    Optional<String> origin(Endpoint endpoint) {
        return known(endpoint).authorizer().origin(List.of(new Scope(endpoint.repository(), endpoint.direction())));
    }

    private Known known(Endpoint endpoint) {
        return known.computeIfAbsent(endpoint.direction() + " " + endpoint.registry(), key -> {
            Retry patience = retry(endpoint);
            RegistryHost host =
                    new RegistryHost(endpoint.registry(), endpoint.direction(), options, transport, patience);
            return new Known(
                    host, new Authorizer(host, credentials, new TokenServer(transport, patience), retry, listener));
        });
    }
}
