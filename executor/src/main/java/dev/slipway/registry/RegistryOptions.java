package dev.slipway.registry;

import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Pem;
import dev.slipway.network.Proxies;
import dev.slipway.network.TrustStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How registries are reached, as the registry flags and the environment say.
 *
 * @param userAgent {@code slipway/VERSION}
 * @param push {@code --insecure}, {@code --skip-tls-verify}
 * @param pull {@code --insecure-pull}, {@code --skip-tls-verify-pull}
 * @param insecureRegistries {@code --insecure-registry}: hosts with which plain HTTP is spoken
 * @param unverifiedRegistries {@code --skip-tls-verify-registry}
 * @param certificates {@code --registry-certificate}: CA files by host
 * @param clientCertificates {@code --registry-client-cert}, by host
 * @param mirrors by registry, or by a path in it, where its images are looked for first: hosts, each with an optional
 *     path prefix
 * @param fallback whether the registry itself is asked when no mirror has the image
 * @param network whom we believe, and {@code HTTP_PROXY} and its sisters
 * @param attempts how often a request is sent at most
 */
public record RegistryOptions(
        String userAgent,
        Leniency push,
        Leniency pull,
        Set<String> insecureRegistries,
        Set<String> unverifiedRegistries,
        Map<String, List<Pem>> certificates,
        Map<String, ClientCertificate> clientCertificates,
        Map<String, List<String>> mirrors,
        boolean fallback,
        NetworkSettings network,
        int attempts) {

    /** What is let pass in one direction. */
    public record Leniency(boolean plainHttp, boolean skipTlsVerify) {
        public static final Leniency NONE = new Leniency(false, false);
    }

    /** A certificate chain and its private key, both PEM. */
    public record ClientCertificate(Pem chain, Pem key) {}

    public RegistryOptions {
        insecureRegistries = Set.copyOf(insecureRegistries);
        unverifiedRegistries = Set.copyOf(unverifiedRegistries);
        certificates = Map.copyOf(certificates);
        clientCertificates = Map.copyOf(clientCertificates);
        mirrors = Collections.unmodifiableMap(new LinkedHashMap<>(mirrors));
    }

    /** What holds where neither flags nor environment say otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options flag by flag. */
    public static final class Builder {
        /** With their pauses, enough for a registry that is away for a minute. */
        private static final int ATTEMPTS = 10;

        private String userAgent = "slipway";
        private Leniency push = Leniency.NONE;
        private Leniency pull = Leniency.NONE;
        private final Set<String> insecureRegistries = new HashSet<>();
        private final Set<String> unverifiedRegistries = new HashSet<>();
        private final Map<String, List<Path>> certificates = new HashMap<>();
        private final Map<String, List<Path>> clientCertificates = new HashMap<>();
        private final List<Path> trusted = new ArrayList<>();
        private final Map<String, List<String>> mirrors = new LinkedHashMap<>();
        private boolean fallback = true;
        private Map<String, String> environment = Map.of();
        private Map<String, String> configuredProxies = Map.of();
        private int attempts = ATTEMPTS;

        private Builder() {}

        /** {@code slipway/VERSION}; {@code UPSTREAM_CLIENT_TYPE} is appended to it by {@link #environment}. */
        public Builder version(String version) {
            userAgent = "slipway/" + version;
            return this;
        }

        /**
         * Takes {@code SSL_CERT_FILE}, {@code SSL_CERT_DIR}, the proxies and {@code UPSTREAM_CLIENT_TYPE}; call it after
         * {@link #version}.
         */
        public Builder environment(Map<String, String> variables) {
            environment = variables;
            text(variables, "UPSTREAM_CLIENT_TYPE").ifPresent(type -> userAgent = userAgent + "," + type);
            return this;
        }

        /** {@code proxies.default} of Docker's config.json as variables; they count where the environment says nothing. */
        public Builder configuredProxies(Map<String, String> variables) {
            configuredProxies = variables;
            return this;
        }

        private static Optional<String> text(Map<String, String> environment, String name) {
            return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
        }

        public Builder push(Leniency value) {
            push = value;
            return this;
        }

        public Builder pull(Leniency value) {
            pull = value;
            return this;
        }

        public Builder insecureRegistry(String host) {
            insecureRegistries.add(ImageReference.canonicalRegistry(host));
            return this;
        }

        public Builder skipTlsVerifyRegistry(String host) {
            unverifiedRegistries.add(ImageReference.canonicalRegistry(host));
            return this;
        }

        /** {@code HOST=PATH}. */
        public Builder registryCertificate(String flag) {
            String[] parts = split(flag, "--registry-certificate", "HOST=PATH");
            certificates
                    .computeIfAbsent(ImageReference.canonicalRegistry(parts[0]), host -> new ArrayList<>())
                    .add(Path.of(parts[1]));
            return this;
        }

        /** {@code HOST=CERT,KEY}. */
        public Builder registryClientCertificate(String flag) {
            String[] parts = split(flag, "--registry-client-cert", "HOST=CERT,KEY");
            String[] files = parts[1].split(",", -1);
            if (files.length != 2 || files[0].isEmpty() || files[1].isEmpty()) {
                throw new IllegalArgumentException(
                        "--registry-client-cert \"%s\" is not of the form HOST=CERT,KEY".formatted(flag));
            }
            clientCertificates.put(
                    ImageReference.canonicalRegistry(parts[0]), List.of(Path.of(files[0]), Path.of(files[1])));
            return this;
        }

        /** {@code --ca-dir}: authorities that are believed besides the system's. */
        public Builder trust(Path fileOrDirectory) {
            trusted.add(fileOrDirectory);
            return this;
        }

        /** {@code --registry-mirror}: a mirror of Docker Hub, with an optional path prefix. */
        public Builder registryMirror(String mirror) {
            return mirror(ImageReference.DOCKER_HUB, mirror);
        }

        /**
         * {@code --registry-map}: {@code ORIG=NEW}, several of them parted by semicolons. Both may have a path; what
         * follows ORIG in a name follows NEW instead.
         */
        public Builder registryMap(String flag) {
            for (String entry : flag.split(";")) {
                if (!entry.isBlank()) {
                    String[] parts = split(entry.strip(), "--registry-map", "ORIG=NEW[;ORIG=NEW]");
                    mirror(original(parts[0]), parts[1]);
                }
            }
            return this;
        }

        private static String original(String text) {
            String plain = text.strip().replaceFirst("^https?://", "").replaceFirst("/+$", "");
            int slash = plain.indexOf('/');
            return slash < 0
                    ? ImageReference.canonicalRegistry(plain)
                    : ImageReference.canonicalRegistry(plain.substring(0, slash)) + plain.substring(slash);
        }

        private Builder mirror(String registry, String mirror) {
            String plain = mirror.replaceFirst("^https?://", "").replaceFirst("/+$", "");
            if (plain.isEmpty()) {
                throw new IllegalArgumentException("\"%s\" names no registry".formatted(mirror));
            }
            if (mirror.startsWith("http://")) {
                insecureRegistry(plain.replaceFirst("/.*", ""));
            }
            mirrors.computeIfAbsent(registry, key -> new ArrayList<>()).add(plain);
            return this;
        }

        private static String[] split(String flag, String name, String form) {
            int equals = flag.indexOf('=');
            if (equals <= 0 || equals == flag.length() - 1) {
                throw new IllegalArgumentException("%s \"%s\" is not of the form %s".formatted(name, flag, form));
            }
            return new String[] {flag.substring(0, equals), flag.substring(equals + 1)};
        }

        /** {@code --skip-default-registry-fallback}. */
        public Builder skipDefaultRegistryFallback(boolean skip) {
            fallback = !skip;
            return this;
        }

        public Builder attempts(int value) {
            attempts = value;
            return this;
        }

        /**
         * Reads the certificates that were named; an in-place build may soon have replaced their filesystem.
         *
         * @throws IOException for a file that can't be read
         * @throws IllegalArgumentException for a proxy that is no URL
         */
        public RegistryOptions build() throws IOException {
            TrustStore trust = TrustStore.of(environment);
            for (Path place : trusted) {
                trust = trust.and(place);
            }
            Map<String, List<Pem>> authorities = new HashMap<>();
            for (Map.Entry<String, List<Path>> entry : certificates.entrySet()) {
                authorities.put(entry.getKey(), read(entry.getValue()));
            }
            Map<String, ClientCertificate> clients = new HashMap<>();
            for (Map.Entry<String, List<Path>> entry : clientCertificates.entrySet()) {
                List<Pem> files = read(entry.getValue());
                clients.put(entry.getKey(), new ClientCertificate(files.getFirst(), files.getLast()));
            }
            return new RegistryOptions(
                    userAgent,
                    push,
                    pull,
                    insecureRegistries,
                    unverifiedRegistries,
                    authorities,
                    clients,
                    mirrors,
                    fallback,
                    new NetworkSettings(trust, Proxies.of(environment, configuredProxies)),
                    attempts);
        }

        private static List<Pem> read(List<Path> files) throws IOException {
            List<Pem> read = new ArrayList<>();
            for (Path file : files) {
                read.add(Pem.read(file));
            }
            return read;
        }
    }
}
