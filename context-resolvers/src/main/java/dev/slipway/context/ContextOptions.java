package dev.slipway.context;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.network.NetworkSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What a resolver may use besides the URI; passed in, so that each resolver can be tested alone.
 *
 * @param scratch a directory for this build's context; it need not exist, and is removed when the context is closed
 * @param ownDirectories directories of ours that no context may contain ({@code --slipway-dir}), unless {@code force}
 * @param force {@code --force}: the user knows that the context is the whole machine
 * @param standardInput what {@code tar://stdin} reads
 * @param environment the executor's own, for endpoints and credentials
 * @param network how other machines are reached: whose certificates are believed, and through which proxy
 * @param limits how much a context may unpack to
 * @param git {@code --git}
 * @param log takes lines for the build's log, such as which commit was fetched; never a credential
 */
public record ContextOptions(
        Path scratch,
        List<Path> ownDirectories,
        boolean force,
        StandardInput standardInput,
        Map<String, String> environment,
        NetworkSettings network,
        ArchiveLimits limits,
        GitOptions git,
        Consumer<String> log) {

    public ContextOptions {
        Objects.requireNonNull(scratch, "scratch is null");
        ownDirectories = List.copyOf(ownDirectories);
        environment = Map.copyOf(environment);
    }

    /** Options with nothing but a place to work in. */
    public static ContextOptions in(Path scratch) {
        return new ContextOptions(
                scratch,
                List.of(),
                false,
                StandardInput.ofProcess(),
                Map.of(),
                NetworkSettings.direct(),
                ArchiveLimits.DEFAULT,
                GitOptions.DEFAULT,
                line -> {});
    }

    /** The same for another context of this build, which needs a directory of its own. */
    public ContextOptions withScratch(Path value) {
        return new ContextOptions(value, ownDirectories, force, standardInput, environment, network, limits, git, log);
    }

    public ContextOptions withOwnDirectories(List<Path> directories) {
        return new ContextOptions(scratch, directories, force, standardInput, environment, network, limits, git, log);
    }

    public ContextOptions withForce(boolean value) {
        return new ContextOptions(
                scratch, ownDirectories, value, standardInput, environment, network, limits, git, log);
    }

    public ContextOptions withStandardInput(StandardInput value) {
        return new ContextOptions(scratch, ownDirectories, force, value, environment, network, limits, git, log);
    }

    public ContextOptions withEnvironment(Map<String, String> value) {
        return new ContextOptions(scratch, ownDirectories, force, standardInput, value, network, limits, git, log);
    }

    public ContextOptions withNetwork(NetworkSettings value) {
        return new ContextOptions(scratch, ownDirectories, force, standardInput, environment, value, limits, git, log);
    }

    /** {@code --context-max-size}: more than this many bytes of files are refused. */
    public OptionalLong sizeLimitBytes() {
        return limits.largestBytes() == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(limits.largestBytes());
    }

    public ContextOptions withSizeLimit(OptionalLong bytes) {
        return withLimits(limits.withLargestBytes(bytes.orElse(Long.MAX_VALUE)));
    }

    public ContextOptions withLimits(ArchiveLimits value) {
        return new ContextOptions(scratch, ownDirectories, force, standardInput, environment, network, value, git, log);
    }

    public ContextOptions withGit(GitOptions value) {
        return new ContextOptions(
                scratch, ownDirectories, force, standardInput, environment, network, limits, value, log);
    }

    public ContextOptions withLog(Consumer<String> value) {
        return new ContextOptions(
                scratch, ownDirectories, force, standardInput, environment, network, limits, git, value);
    }
}
