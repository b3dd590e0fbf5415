package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** How registries are spoken to. */
final class RegistryFlags {
    static final Flag INSECURE = toggle("insecure", "Push over plain HTTP.");
    static final Flag INSECURE_PULL = toggle("insecure-pull", "Pull over plain HTTP.");
    static final Flag INSECURE_REGISTRY = repeated("insecure-registry", "HOST", "Plain HTTP for this registry.");
    static final Flag SKIP_TLS_VERIFY = toggle("skip-tls-verify", "Push without checking certificates.");
    static final Flag SKIP_TLS_VERIFY_PULL = toggle("skip-tls-verify-pull", "Pull without checking certificates.");
    static final Flag SKIP_TLS_VERIFY_REGISTRY =
            repeated("skip-tls-verify-registry", "HOST", "This registry's certificate isn't checked.");
    static final Flag TLS_VERIFY = toggle("tls-verify", "=false is --skip-tls-verify and --skip-tls-verify-pull.")
            .defaultsTo("true");
    static final Flag REGISTRY_CERTIFICATE =
            repeated("registry-certificate", "HOST=PATH", "The certificate authority of this registry.");
    static final Flag REGISTRY_CLIENT_CERT =
            repeated("registry-client-cert", "HOST=CERT,KEY", "The client certificate for this registry.");
    static final Flag CA_DIR = value("ca-dir", "DIR", "Certificates that are trusted besides the system's.");
    static final Flag REGISTRY_MAP = repeated(
                    "registry-map",
                    "ORIGINAL=NEW[;...]",
                    "Pull from NEW instead of ORIGINAL; several are tried in order.")
            .variable("KANIKO_REGISTRY_MAP");
    static final Flag REGISTRY_MIRROR = repeated("registry-mirror", "HOST", "A mirror of Docker Hub.")
            .plural("registry-mirrors")
            .variable("KANIKO_REGISTRY_MIRROR");
    static final Flag SKIP_DEFAULT_REGISTRY_FALLBACK =
            toggle("skip-default-registry-fallback", "Pull from mirrors and maps only.");
    static final Flag CREDENTIAL_HELPERS = repeated(
            "credential-helpers",
            "NAME",
            "Which built-in helpers are asked: env, google, ecr, acr, gitlab; empty for none.");
    static final Flag PUSH_RETRY =
            value("push-retry", "N", "Further attempts of the whole push.").defaultsTo("0");
    static final Flag PUSH_IGNORE_IMMUTABLE_TAG_ERRORS =
            toggle("push-ignore-immutable-tag-errors", "An immutable tag that exists counts as pushed.");
    static final Flag SKIP_PUSH_PERMISSION_CHECK =
            toggle("skip-push-permission-check", "Don't check the right to push before the build.");
    static final Flag IMAGE_FS_EXTRACT_RETRY = value(
                    "image-fs-extract-retry", "N", "Further attempts to unpack a base image.")
            .defaultsTo("0");
    static final Flag IMAGE_DOWNLOAD_RETRY = value(
                    "image-download-retry", "N", "Further attempts to fetch a base image.")
            .defaultsTo("0");

    static final List<Flag> ALL = List.of(
            INSECURE,
            INSECURE_PULL,
            INSECURE_REGISTRY,
            SKIP_TLS_VERIFY,
            SKIP_TLS_VERIFY_PULL,
            SKIP_TLS_VERIFY_REGISTRY,
            TLS_VERIFY,
            REGISTRY_CERTIFICATE,
            REGISTRY_CLIENT_CERT,
            CA_DIR,
            REGISTRY_MAP,
            REGISTRY_MIRROR,
            SKIP_DEFAULT_REGISTRY_FALLBACK,
            CREDENTIAL_HELPERS,
            PUSH_RETRY,
            PUSH_IGNORE_IMMUTABLE_TAG_ERRORS,
            SKIP_PUSH_PERMISSION_CHECK,
            IMAGE_FS_EXTRACT_RETRY,
            IMAGE_DOWNLOAD_RETRY);

    /** Those of a command that builds nothing. */
    static final List<Flag> PUSHING = ALL.stream()
            .filter(flag ->
                    !List.of(IMAGE_FS_EXTRACT_RETRY, IMAGE_DOWNLOAD_RETRY).contains(flag))
            .toList();

    /** Those of a command that only pulls. */
    static final List<Flag> PULLING = PUSHING.stream()
            .filter(flag -> !List.of(PUSH_RETRY, PUSH_IGNORE_IMMUTABLE_TAG_ERRORS, SKIP_PUSH_PERMISSION_CHECK)
                    .contains(flag))
            .toList();

    private RegistryFlags() {}
}
