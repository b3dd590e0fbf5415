package dev.slipway.registry;

import dev.slipway.registry.TokenServer.Asker;
import dev.slipway.registry.TokenServer.Token;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Authorization header for requests to one registry: tokens are fetched once per scope and kept until they
 * end, and a credential that is refused makes way for the next less specific one; anonymous is the last for pulls. When
 * none is left, and they were found a while ago, they are looked for again.
 */
final class Authorizer {
    /** Clouds give credentials for an hour or less, and builds take longer. */
    private static final Duration LEAST_LIFE = Duration.ofMinutes(5);

    private final RegistryHost host;
    private final CredentialSource credentials;
    private final TokenServer tokens;
    private final Retry retry;
    private final RegistryListener listener;
    private final Map<Set<Scope>, Access> accesses = new ConcurrentHashMap<>();

    Authorizer(
            RegistryHost host,
            CredentialSource credentials,
            TokenServer tokens,
            Retry retry,
            RegistryListener listener) {
        this.host = host;
        this.credentials = credentials;
        this.tokens = tokens;
        this.retry = retry;
        this.listener = listener;
    }

    /**
     * A header and how it came about.
     *
     * @param origin of the credential in it, for errors
     * @param generation tells whether somebody else has found a better one in the meantime
     * @param reused whether it is a token of an earlier request, which may have ended
     */
    record Grant(Optional<String> header, Optional<String> origin, int generation, boolean reused) {}

    /** What one request needs; the first scope is the repository that it goes to. */
    Grant grant(String operation, List<Scope> scopes) throws IOException {
        return access(scopes).grant(operation);
    }

    /** Learns that a grant was refused, and says whether another attempt may fare better. */
    boolean refused(Grant grant, List<Scope> scopes, int status, List<Challenge> challenges) {
        return access(scopes).refused(grant, status, challenges);
    }

    /** Where the credential comes from that is used for a repository now; none for anonymous. */
    Optional<String> origin(List<Scope> scopes) {
        return access(scopes).origin();
    }

    private Access access(List<Scope> scopes) {
        Set<Scope> key = new LinkedHashSet<>(scopes);
        return accesses.computeIfAbsent(key, missing -> new Access(scopes.getFirst(), Scope.texts(scopes)));
    }

    private List<Credential.Found> candidates(Scope scope) {
        List<Credential.Found> candidates = new ArrayList<>(credentials.find(host.registry(), scope.repository()));
        if (candidates.isEmpty() || scope.direction() == Direction.PULL) {
            candidates.add(new Credential.Found(new Credential.Anonymous(), ""));
        }
        return candidates;
    }

    /** The way into one repository, or into two for a mount. */
    private final class Access {
        private final ReentrantLock lock = new ReentrantLock();
        private final Scope first;
        private final Set<String> scopes;
        private final Set<String> wanted = new TreeSet<>();
        private List<Credential.Found> candidates;
        private Instant found;
        private List<Challenge> used = List.of();
        private int current;
        private int generation;
        private int announced = -1;
        private @Nullable Token token;
        private @Nullable RegistryException firstFailure;

        Access(Scope first, Set<String> scopes) {
            this.first = first;
            this.scopes = scopes;
            this.candidates = candidates(first);
            this.found = retry.clock().instant();
        }

        Grant grant(String operation) throws IOException {
            lock.lock();
            try {
                while (true) {
                    try {
                        return tryGrant(operation);
                    } catch (RegistryException e) {
                        if (!isRefusal(e)) {
                            throw e;
                        }
                        firstFailure = firstFailure == null ? e : firstFailure;
                        if (!advance()) {
                            throw firstFailure;
                        }
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private static boolean isRefusal(RegistryException e) {
            return e.kind() == RegistryException.Kind.UNAUTHORIZED
                    || e.kind() == RegistryException.Kind.FORBIDDEN
                    || e.kind() == RegistryException.Kind.REFUSED
                    || e.kind() == RegistryException.Kind.NOT_FOUND;
        }

        private Grant tryGrant(String operation) throws IOException {
            Credential.Found found = candidates.get(current);
            Optional<String> origin = Optional.of(found.origin()).filter(text -> !text.isEmpty());
            if (announced != current) {
                announced = current;
                listener.debug("%s: asking %s"
                        .formatted(
                                scopes,
                                origin.map(text -> "with the credential from " + text)
                                        .orElse("without a credential")));
            }
            used = host.challenges();
            if (found.credential() instanceof Credential.RegistryToken(Secret access)) {
                return new Grant(Optional.of("Bearer " + access.reveal()), origin, generation, false);
            }
            Optional<Challenge> bearer =
                    used.stream().filter(Challenge::isBearer).findFirst();
            if (bearer.isPresent()) {
                Token kept = token;
                boolean reused = kept != null && retry.clock().instant().isBefore(kept.until());
                if (kept == null || !reused) {
                    Set<String> all = new TreeSet<>(scopes);
                    all.addAll(wanted);
                    kept = tokens.fetch(
                            host.direction(), operation, bearer.get(), all, new Asker(found.credential(), origin));
                    token = kept;
                }
                return new Grant(Optional.of("Bearer " + kept.value().reveal()), origin, generation, reused);
            }
            if (!used.isEmpty() && found.credential() instanceof Credential.Password password) {
                return new Grant(Optional.of(TokenServer.basic(password)), origin, generation, false);
            }
            return new Grant(Optional.empty(), Optional.empty(), generation, false);
        }

        Optional<String> origin() {
            lock.lock();
            try {
                return Optional.of(candidates.get(current).origin()).filter(text -> !text.isEmpty());
            } finally {
                lock.unlock();
            }
        }

        boolean refused(Grant grant, int status, List<Challenge> challenges) {
            lock.lock();
            try {
                if (grant.generation() != generation) {
                    return true;
                }
                if (status == 401 && !challenges.isEmpty()) {
                    boolean news = want(challenges);
                    if (!challenges.equals(used) && (used.isEmpty() || news || !sameRealm(challenges))) {
                        host.challenges(challenges);
                        return renew();
                    }
                    if (news) {
                        return renew();
                    }
                }
                if (status == 401 && grant.reused()) {
                    return renew();
                }
                return advance();
            } finally {
                lock.unlock();
            }
        }

        /** Notes scopes that the registry asks for and that aren't ours; some name repositories otherwise. */
        private boolean want(List<Challenge> challenges) {
            boolean news = false;
            for (Challenge challenge : challenges) {
                for (String scope : challenge.parameter("scope").orElse("").split(" ")) {
                    if (!scope.isEmpty() && !covered(scope)) {
                        news |= wanted.add(scope);
                    }
                }
            }
            return news;
        }

        private boolean covered(String scope) {
            int colon = scope.lastIndexOf(':');
            String resource = scope.substring(0, Math.max(colon, 0)) + ":";
            return scopes.stream()
                    .filter(ours -> ours.startsWith(resource))
                    .anyMatch(ours -> List.of(ours.substring(resource.length()).split(","))
                            .containsAll(List.of(scope.substring(colon + 1).split(","))));
        }

        private boolean sameRealm(List<Challenge> challenges) {
            return challenges.stream()
                    .map(challenge -> challenge.parameter("realm").orElse("")
                            + challenge.parameter("service").orElse(""))
                    .toList()
                    .equals(used.stream()
                            .map(challenge -> challenge.parameter("realm").orElse("")
                                    + challenge.parameter("service").orElse(""))
                            .toList());
        }

        private boolean renew() {
            token = null;
            generation++;
            return true;
        }

        /** What was found a while ago may have ended since. */
        private boolean findAgain() {
            Instant now = retry.clock().instant();
            if (now.isBefore(found.plus(LEAST_LIFE))) {
                return false;
            }
            listener.debug("%s: looking for credentials again, as those of %s may have ended".formatted(scopes, found));
            credentials.forget(host.registry());
            candidates = candidates(first);
            found = now;
            current = 0;
            announced = -1;
            return renew();
        }

        private boolean advance() {
            if (current + 1 >= candidates.size()) {
                return findAgain();
            }
            String refused = candidates.get(current).origin();
            current++;
            renew();
            String next = candidates.get(current).origin();
            listener.debug("%s refuses the credential from %s; trying %s"
                    .formatted(host.registry(), refused, next.isEmpty() ? "without any" : "the one from " + next));
            return true;
        }
    }
}
