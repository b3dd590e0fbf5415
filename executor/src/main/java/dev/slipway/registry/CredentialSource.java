package dev.slipway.registry;

import java.util.List;

/** Where credentials for a repository come from: config files, the environment, helper programs. */
@FunctionalInterface
public interface CredentialSource {

    /** No credentials at all. */
    CredentialSource NONE = (registry, repository) -> List.of();

    /**
     * What might open a repository, the most specific first; the next is tried when a registry answers 401 or 403.
     *
     * @param registry host and port as {@link ImageReference} has them
     */
    List<Credential.Found> find(String registry, String repository);

    /** Forgets what others have said about a registry, which may have ended: the next {@link #find} asks them again. */
    default void forget(String registry) {}
}
