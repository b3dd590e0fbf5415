package dev.slipway.registry;

/**
 * A repository as it is reached: at its own registry, or below a mirror's path.
 *
 * @param registry as {@link ImageReference} has registries; options and credentials go by it
 * @param replaceable whether another place is asked when this one fails, so that it gets fewer attempts
 */
record Endpoint(String registry, String repository, Direction direction, boolean replaceable) {

    Endpoint(String registry, String repository, Direction direction) {
        this(registry, repository, direction, false);
    }

    /** Where a reference is pushed to, which no mirror stands in for. */
    static Endpoint toPush(ImageReference reference) {
        return new Endpoint(reference.registry(), reference.repository(), Direction.PUSH);
    }

    /** Docker Hub's programs listen elsewhere than its name says. */
    static String apiHost(String registry) {
        return registry.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : registry;
    }

    String path(String rest) {
        return "/v2/" + repository + "/" + rest;
    }

    @Override
    public String toString() {
        return registry + "/" + repository;
    }
}
