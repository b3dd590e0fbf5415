package dev.slipway.cli;

import dev.slipway.build.BuildException;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ConfiguredCredentials;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryOptions;
import java.io.IOException;
import java.nio.file.Path;

/** What the flags and the environment say about registries. */
final class RegistryFromFlags {

    private RegistryFromFlags() {}

    /** A client that speaks as the flags say, with the credentials that the environment leads to. */
    static RegistryClient client(GivenFlags flags, ProgressListener progress) throws UsageException, BuildException {
        RegistryEvents events = new RegistryEvents(progress);
        RegistryOptions options = options(flags);
        try {
            return new RegistryClient(options, ConfiguredCredentials.load(flags.environment(), events), events);
        } catch (IOException unreadable) {
            throw new BuildException(FailureClass.REGISTRY, "credentials: " + unreadable.getMessage(), unreadable);
        }
    }

    static RegistryOptions options(GivenFlags flags) throws UsageException {
        boolean unverified = !flags.on(RegistryFlags.TLS_VERIFY);
        try {
            RegistryOptions.Builder options = RegistryOptions.builder()
                    .version(Version.current())
                    .environment(flags.environment())
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
