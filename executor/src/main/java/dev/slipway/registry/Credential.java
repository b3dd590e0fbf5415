package dev.slipway.registry;

/** What a registry, or its token server, is told about who we are. None of them prints its secret. */
public sealed interface Credential {

    /** Sent as basic authentication, to the registry or to its token server. */
    record Password(String user, Secret password) implements Credential {}

    /** A refresh token that the token server exchanges for access tokens ({@code identitytoken}). */
    record IdentityToken(Secret token) implements Credential {}

    /** An access token that the registry takes as it is ({@code registrytoken}). */
    record RegistryToken(Secret token) implements Credential {}

    /** Nobody: public repositories can be read so. */
    record Anonymous() implements Credential {}

    /** A credential and the place that it came from, for the line that says which one was used. */
    record Found(Credential credential, String origin) {}
}
