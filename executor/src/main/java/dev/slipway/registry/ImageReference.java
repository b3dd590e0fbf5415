package dev.slipway.registry;

import dev.slipway.image.Digest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry, as FROM and {@code --destination} have it (OCI distribution-spec, and Docker's
 * short names: {@code debian} is {@code docker.io/library/debian:latest}).
 *
 * @param registry host, in lower case, and port where one is given; Docker Hub is {@code docker.io} under all its names
 * @param repository path below the registry
 * @param tag as written; what a name without tag and digest means is said by {@link #tagOrLatest}
 */
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {

    /** What Docker Hub is called in names of images. */
    public static final String DOCKER_HUB = "docker.io";

    private static final int LONGEST_REPOSITORY = 255;
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final String LABEL = "[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?";
    private static final Pattern REGISTRY = Pattern.compile(
            "(?:" + LABEL + "(?:\\." + LABEL + ")*\\.?|\\[[0-9a-f:.]+(?:%25[a-z0-9._~-]+)?])(:[0-9]{1,5})?");
    private static final int LARGEST_PORT = 65535;

    public ImageReference {
        if (repository.isEmpty()) {
            throw new IllegalArgumentException("an image reference without a repository");
        }
    }

    /**
     * Reads {@code [HOST[:PORT]/]PATH[:TAG][@DIGEST]}.
     *
     * @throws IllegalArgumentException in words for a user
     */
    public static ImageReference parse(String text) {
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            try {
                digest = Optional.of(Digest.parse(rest.substring(at + 1)));
            } catch (IllegalArgumentException e) {
                throw wrong(text, String.valueOf(e.getMessage()));
            }
            rest = rest.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = Optional.of(rest.substring(colon + 1));
            if (!TAG.matcher(tag.get()).matches()) {
                throw wrong(
                        text,
                        "\"%s\" is not a tag: up to 128 letters, digits, '_', '.' and '-', not starting with '.' or '-'"
                                .formatted(tag.get()));
            }
            rest = rest.substring(0, colon);
        }
        int slash = rest.indexOf('/');
        String first = slash < 0 ? "" : rest.substring(0, slash);
        String registry = DOCKER_HUB;
        if (namesAHost(first)) {
            registry = registry(text, first);
            rest = rest.substring(slash + 1);
        }
        if (registry.equals(DOCKER_HUB) && rest.indexOf('/') < 0) {
            rest = "library/" + rest;
        }
        checkRepository(text, rest);
        return new ImageReference(registry, rest, tag, digest);
    }

    private static boolean namesAHost(String first) {
        return first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    }

    private static String registry(String text, String written) {
        String registry = written.toLowerCase(Locale.ROOT);
        Matcher matcher = REGISTRY.matcher(registry);
        if (!matcher.matches()) {
            throw wrong(text, "\"%s\" is not a host with an optional port".formatted(written));
        }
        String port = matcher.group(1);
        if (port != null && (Integer.parseInt(port.substring(1)) > LARGEST_PORT || port.equals(":0"))) {
            throw wrong(text, "there is no port %s".formatted(port.substring(1)));
        }
        return canonicalRegistry(registry);
    }

    /** Docker Hub under one name; all other registries as they are, in lower case. */
    static String canonicalRegistry(String registry) {
        String lower = registry.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "index.docker.io", "registry-1.docker.io", "docker.io" -> DOCKER_HUB;
            default -> lower;
        };
    }

    private static void checkRepository(String text, String repository) {
        if (repository.isEmpty() || repository.equals("library/")) {
            throw wrong(text, "it names no repository");
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            String why = repository.equals(repository.toLowerCase(Locale.ROOT))
                    ? "\"%s\" is not a repository: lower-case letters and digits, with '.', '_', '__' or '-' in between"
                    : "\"%s\" has upper-case letters, which a repository can't have";
            throw wrong(text, why.formatted(repository));
        }
        if (repository.length() > LONGEST_REPOSITORY) {
            throw wrong(
                    text,
                    "the repository has %d characters, more than %d"
                            .formatted(repository.length(), LONGEST_REPOSITORY));
        }
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("\"%s\" is not an image reference: %s".formatted(text, why));
    }

    /** The tag, or {@code latest}. */
    public String tagOrLatest() {
        return tag.orElse("latest");
    }

    /** What a manifest is asked for by: the digest where there is one, else the tag. */
    public String manifestName() {
        return digest.map(Digest::toString).orElseGet(this::tagOrLatest);
    }

    /** The same repository by digest, without the tag. */
    public ImageReference at(Digest other) {
        return new ImageReference(registry, repository, Optional.empty(), Optional.of(other));
    }

    public ImageReference withTag(String other) {
        return new ImageReference(registry, repository, Optional.of(other), Optional.empty());
    }

    /** Registry and repository. */
    public String name() {
        return registry + "/" + repository;
    }

    /** The full form, with everything that short names leave out but the tag. */
    @Override
    public String toString() {
        return name()
                + tag.map(text -> ":" + text).orElse("")
                + digest.map(found -> "@" + found).orElse("");
    }
}
