package dev.slipway.cli;

import dev.slipway.build.BuildException;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ConfiguredCredentials;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.registry.TokenExchange;
import dev.slipway.registry.acr.AcrCredentials;
import dev.slipway.registry.ecr.EcrCredentials;
import dev.slipway.registry.google.GoogleCredential;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the flags and the environment say about registries. */
final class RegistryFromFlags {

    private RegistryFromFlags() {}

    /** A client that speaks as the flags say, with the credentials that the environment leads to. */
    static RegistryClient client(GivenFlags flags, ProgressListener progress) throws UsageException, BuildException {
        return client(flags, configured(flags, progress), progress);
    }

    /** The same, where the files have been read already. */
    static RegistryClient client(GivenFlags flags, ConfiguredCredentials configured, ProgressListener progress)
            throws UsageException {
        Map<String, String> environment = flags.environment();
        RegistryOptions options = options(flags, configured.proxies());
        TokenExchange exchange = new TokenExchange(options);
        return new RegistryClient(
                options,
                configured.with(
                        helpers(flags),
                        List.of(
                                new EcrCredentials(environment, exchange, options.network()),
                                new GoogleCredential(environment, options.network()),
                                new AcrCredentials(environment, exchange, options.network()))),
                new RegistryEvents(progress));
    }

    /** What Docker's config files and the environment hold. */
    static ConfiguredCredentials configured(GivenFlags flags, ProgressListener progress) throws BuildException {
        try {
            return ConfiguredCredentials.load(flags.environment(), new RegistryEvents(progress));
        } catch (IOException unreadable) {
            throw new BuildException(FailureClass.REGISTRY, "credentials: " + unreadable.getMessage(), unreadable);
        }
    }

    /** {@code --credential-helpers}: all of them where nothing is said, none where it is given as empty. */
    private static Set<String> helpers(GivenFlags flags) throws UsageException {
        Set<String> names = new LinkedHashSet<>();
        for (String value : flags.values(RegistryFlags.CREDENTIAL_HELPERS)) {
            for (String name : value.split(",")) {
                if (!name.isBlank() && !ConfiguredCredentials.HELPERS.contains(name.strip())) {
                    throw new UsageException("%s \"%s\": write some of %s, or nothing for none"
                            .formatted(
                                    RegistryFlags.CREDENTIAL_HELPERS,
                                    name,
                                    String.join(", ", ConfiguredCredentials.HELPERS)));
                }
                names.add(name.strip());
            }
        }
        return names.isEmpty() ? ConfiguredCredentials.HELPERS : names;
    }

    static RegistryOptions options(GivenFlags flags, Map<String, String> configuredProxies) throws UsageException {
        boolean unverified = !flags.on(RegistryFlags.TLS_VERIFY);
        try {
            RegistryOptions.Builder options = RegistryOptions.builder()
                    .version(Version.current())
                    .environment(flags.environment())
                    .configuredProxies(configuredProxies)
                    .push(new RegistryOptions.Leniency(
                            flags.on(RegistryFlags.INSECURE), unverified || flags.on(RegistryFlags.SKIP_TLS_VERIFY)))
                    .pull(new RegistryOptions.Leniency(
                            flags.on(RegistryFlags.INSECURE_PULL),
                            unverified || flags.on(RegistryFlags.SKIP_TLS_VERIFY_PULL)))
                    .skipDefaultRegistryFallback(flags.on(RegistryFlags.SKIP_DEFAULT_REGISTRY_FALLBACK));
            flags.values(RegistryFlags.INSECURE_REGISTRY).forEach(options::insecureRegistry);
            flags.values(RegistryFlags.SKIP_TLS_VERIFY_REGISTRY).forEach(options::skipTlsVerifyRegistry);
            flags.values(RegistryFlags.REGISTRY_CERTIFICATE).forEach(options::registryCertificate);
            flags.values(RegistryFlags.REGISTRY_CLIENT_CERT).forEach(options::registryClientCertificate);
            flags.values(RegistryFlags.REGISTRY_MAP).forEach(options::registryMap);
            flags.values(RegistryFlags.REGISTRY_MIRROR).forEach(options::registryMirror);
            flags.value(RegistryFlags.CA_DIR).ifPresent(directory -> options.trust(Path.of(directory)));
            return options.build();
        } catch (IllegalArgumentException | IOException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
    }
}
