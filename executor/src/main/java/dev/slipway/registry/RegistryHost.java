package dev.slipway.registry;

import dev.slipway.network.Addresses;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A registry in one direction: whether it speaks TLS, and how it wants to be told who we are. Both are found out by one
 * first request ({@code GET /v2/}), so that no upload is sent in vain.
 */
final class RegistryHost {
    /** Whoever has never answered may be spelled wrong: that is said sooner than that somebody has gone. */
    private static final int FIRST_ATTEMPTS = 5;

    private final String registry;
    private final Direction direction;
    private final RegistryOptions options;
    private final HttpTransport transport;
    private final Retry retry;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<URI> base = Optional.empty();
    private volatile List<Challenge> challenges = List.of();

    RegistryHost(String registry, Direction direction, RegistryOptions options, HttpTransport transport, Retry retry) {
        this.registry = registry;
        this.direction = direction;
        this.options = options;
        this.transport = transport;
        this.retry = retry.atMost(FIRST_ATTEMPTS);
    }

    String registry() {
        return registry;
    }

    Direction direction() {
        return direction;
    }

    List<Challenge> challenges() {
        return challenges;
    }

    void challenges(List<Challenge> others) {
        challenges = List.copyOf(others);
    }

    /** {@code https://HOST/}, or {@code http://HOST/} where that is allowed and TLS isn't spoken. */
    URI base(String operation) throws IOException {
        lock.lock();
        try {
            if (base.isEmpty()) {
                base = Optional.of(find(operation));
            }
            return base.get();
        } finally {
            lock.unlock();
        }
    }

    private URI find(String operation) throws IOException {
        for (int made = 1; ; made++) {
            try {
                return allowsPlainHttp()
                        ? new SchemeProbe(registry).race(scheme -> ping(operation, scheme))
                        : ping(operation, "https").base();
            } catch (RegistryException e) {
                if (!passes(e) || !retry.again(made, Optional.empty())) {
                    throw e;
                }
            }
        }
    }

    private SchemeProbe.Answered ping(String operation, String scheme) throws RegistryException {
        URI candidate = URI.create(scheme + "://" + Endpoint.apiHost(registry) + "/");
        URI ping = candidate.resolve("/v2/");
        try (HttpAnswer answer = transport.send(HttpCall.of(direction, "GET", ping))) {
            boolean refused = answer.status() == 401;
            if (refused) {
                challenges(Challenge.parse(answer.headers("WWW-Authenticate")));
            }
            return new SchemeProbe.Answered(candidate, refused || answer.status() == 200);
        } catch (IOException e) {
            throw Failures.unanswered(operation, ping, e);
        }
    }

    /** Certificates don't become right by waiting; listeners, names and networks of a young pod do. */
    private static boolean passes(RegistryException failure) {
        return switch (failure.kind()) {
            case DNS, UNREACHABLE, PROTOCOL -> true;
            case TLS, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, RATE_LIMITED, IMMUTABLE_TAG, REFUSED, SERVER, CORRUPT ->
                false;
        };
    }

    private boolean allowsPlainHttp() {
        boolean everywhere = switch (direction) {
            case PULL -> options.pull().plainHttp();
            case PUSH -> options.push().plainHttp();
        };
        String host = registry.replaceFirst(":[0-9]+$", "");
        return everywhere
                || options.insecureRegistries().contains(registry)
                || Addresses.isLoopback(host)
                || Addresses.isPrivate(host)
                || host.endsWith(".local");
    }
}
