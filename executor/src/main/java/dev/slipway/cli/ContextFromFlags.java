package dev.slipway.cli;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.context.GitOptions;
import dev.slipway.network.NetworkSettings;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.ProgressListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Makes the context that the flags name available. */
final class ContextFromFlags {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private ContextFromFlags() {}

    static BuildContext open(
            GivenFlags flags, Path scratch, Path ownDirectory, NetworkSettings network, ProgressListener progress)
            throws UsageException, ContextException, InterruptedException {
        BuildContext context = ContextResolvers.installed()
                .resolve(
                        uri(flags),
                        flags.value(SourceFlags.CONTEXT_SUB_PATH),
                        options(flags, scratch, ownDirectory, network, progress));
        context.revision()
                .ifPresent(revision -> progress.on(new BuildEvent.ContextFetched(context.origin(), revision)));
        return context;
    }

    /** {@code --context}, or what the older {@code --bucket} makes of it: an object of that bucket. */
    static String uri(GivenFlags flags) throws UsageException {
        Optional<String> bucket = flags.value(SourceFlags.BUCKET).filter(name -> !name.isEmpty());
        if (bucket.isEmpty()) {
            return flags.valueOrDefault(SourceFlags.CONTEXT);
        }
        String key = flags.value(SourceFlags.CONTEXT).orElse("");
        if (key.contains("://")) {
            throw new UsageException(
                    "--bucket \"%s\" and --context \"%s\" both say where the context is: give --context alone"
                            .formatted(bucket.get(), key));
        }
        String store = bucket.get().contains("://") ? bucket.get() : "gs://" + bucket.get();
        return store.replaceFirst("/+$", "") + (key.isEmpty() ? "" : "/" + key.replaceFirst("^/+", ""));
    }

    /** What the flags say about contexts; for another one than the main context with a scratch directory of its own. */
    static ContextOptions options(
            GivenFlags flags, Path scratch, Path ownDirectory, NetworkSettings network, ProgressListener progress)
            throws UsageException {
        return ContextOptions.in(scratch)
                .withOwnDirectories(List.of(ownDirectory))
                .withForce(flags.on(RunFlags.FORCE))
                .withEnvironment(flags.environment())
                .withNetwork(network)
                .withGit(git(flags))
                .withLog(progress::info)
                .withSizeLimit(sizeLimit(flags));
    }

    /** {@code --context-max-size}, in bytes; it holds for each context by itself. */
    static OptionalLong sizeLimit(GivenFlags flags) throws UsageException {
        Optional<String> limit = flags.value(SourceFlags.CONTEXT_MAX_SIZE);
        return limit.isPresent()
                ? OptionalLong.of(ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, limit.get()))
                : OptionalLong.empty();
    }

    /** Which repository and commit an image is of (OCI image specification, annotations); empty for other contexts. */
    static Map<String, String> sourceLabels(BuildContext context) {
        return context.revision()
                .filter(revision -> COMMIT.matcher(revision).matches())
                .map(commit -> Map.of(
                        "org.opencontainers.image.revision",
                        commit,
                        "org.opencontainers.image.source",
                        context.origin()))
                .orElse(Map.of());
    }

    /** {@code --git}, and BuildKit's build argument for the same. */
    private static GitOptions git(GivenFlags flags) throws UsageException {
        try {
            GitOptions options = GitOptions.parse(flags.value(SourceFlags.GIT).orElse(""));
            String argument = GitOptions.KEEP_GIT_DIRECTORY + "=";
            boolean kept = flags.values(SourceFlags.BUILD_ARG).stream()
                    .filter(given -> given.startsWith(argument))
                    .reduce((earlier, later) -> later)
                    .filter(given -> GitOptions.isTrue(given.substring(argument.length())))
                    .isPresent();
            return kept ? options.withGitDirectory(true) : options;
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
    }
}
