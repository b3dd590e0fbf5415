package dev.slipway.registry;

import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where an image may be pulled from: the registry's mirrors in the order given, then the registry itself unless that is
 * forbidden. The one that served a repository is asked first from then on, one that can't be reached, breaks off or
 * sends wrong bytes last.
 */
final class Endpoints {
    private final RegistryOptions options;
    private final RegistryListener listener;
    private final Map<String, Endpoint> serving = new ConcurrentHashMap<>();
    private final Set<String> unfit = ConcurrentHashMap.newKeySet();

    Endpoints(RegistryOptions options, RegistryListener listener) {
        this.options = options;
        this.listener = listener;
    }

    /** What is asked of an endpoint. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Endpoint endpoint) throws IOException;
    }

    /** The first endpoint's good answer; the errors of all of them otherwise. */
    <T> T first(ImageReference reference, String operation, Question<T> question) throws IOException {
        List<RegistryException> failures = new ArrayList<>();
        for (Endpoint endpoint : of(reference)) {
            try {
                T answer = question.ask(endpoint);
                serves(reference, endpoint);
                return answer;
            } catch (RegistryException e) {
                failed(reference, endpoint, e);
                failures.add(e);
            }
        }
        throw Failures.everywhere(operation, failures);
    }

    /** Asks an endpoint first from now on. */
    void serves(ImageReference reference, Endpoint endpoint) {
        Endpoint before = serving.put(reference.name(), endpoint);
        if (!isOriginal(endpoint, reference) && !endpoint.equals(before)) {
            listener.info("%s is served by %s".formatted(reference.name(), endpoint));
        }
    }

    /** Asks an endpoint last from now on, unless it only has not what was asked for. */
    void failed(ImageReference reference, Endpoint endpoint, RegistryException why) {
        boolean isUnfit = switch (why.kind()) {
            case UNREACHABLE, DNS, TLS, CORRUPT, PROTOCOL -> true;
            case UNAUTHORIZED, FORBIDDEN, NOT_FOUND, RATE_LIMITED, IMMUTABLE_TAG, REFUSED, SERVER -> false;
        };
        if (isUnfit) {
            unfit.add(endpoint.registry());
            serving.remove(reference.name(), endpoint);
        }
    }

    private static boolean isOriginal(Endpoint endpoint, ImageReference reference) {
        return endpoint.registry().equals(reference.registry())
                && endpoint.repository().equals(reference.repository());
    }

    /** The mirrors for a repository by the path that they replace, the deepest path first, the whole registry last. */
    private Map<String, List<String>> mappings(ImageReference reference) {
        Map<String, List<String>> mappings = new LinkedHashMap<>();
        String repository = reference.repository();
        for (int end = repository.length(); end > 0; end = repository.lastIndexOf('/', end - 1)) {
            String path = repository.substring(0, end);
            List<String> mirrors = options.mirrors().get(reference.registry() + "/" + path);
            if (mirrors != null) {
                mappings.put(path, mirrors);
            }
        }
        mappings.put("", options.mirrors().getOrDefault(reference.registry(), List.of()));
        return mappings;
    }

    /** All of them, in the order in which they are asked; at least one. */
    List<Endpoint> of(ImageReference reference) throws RegistryException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Map.Entry<String, List<String>> mapping : mappings(reference).entrySet()) {
            for (String mirror : mapping.getValue()) {
                endpoints.add(mirrored(reference, mapping.getKey(), mirror));
            }
        }
        if (endpoints.isEmpty() || options.fallback()) {
            endpoints.add(new Endpoint(reference.registry(), reference.repository(), Direction.PULL));
        }
        Endpoint served = serving.get(reference.name());
        endpoints.sort(Comparator.comparing(
                (Endpoint endpoint) -> endpoint.equals(served) ? 0 : unfit.contains(endpoint.registry()) ? 2 : 1));
        return endpoints;
    }

    /** What follows the path in the repository's name follows the mirror's own path. */
    private static Endpoint mirrored(ImageReference reference, String path, String mirror) throws RegistryException {
        int slash = mirror.indexOf('/');
        String host = slash < 0 ? mirror : mirror.substring(0, slash);
        String rest = reference.repository().substring(path.length()).replaceFirst("^/", "");
        String repository = Stream.of(slash < 0 ? "" : mirror.substring(slash + 1), rest)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
        if (repository.isEmpty()) {
            throw new RegistryException(
                    Kind.REFUSED,
                    "--registry-map maps the whole of \"%s\" to \"%s\", which names no repository: write %s/PATH"
                            .formatted(reference.name(), mirror, mirror),
                    mirror,
                    0,
                    List.of(),
                    null);
        }
        return new Endpoint(ImageReference.canonicalRegistry(host), repository, Direction.PULL, true);
    }
}
