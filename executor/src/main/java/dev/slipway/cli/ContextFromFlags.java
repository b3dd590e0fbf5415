package dev.slipway.cli;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.network.NetworkSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes the context that the flags name available. */
final class ContextFromFlags {

    private ContextFromFlags() {}

    static BuildContext open(GivenFlags flags, Path scratch, Path ownDirectory, NetworkSettings network)
            throws UsageException, ContextException, InterruptedException {
        Optional<String> limit = flags.value(SourceFlags.CONTEXT_MAX_SIZE);
        ContextOptions options = ContextOptions.in(scratch)
                .withOwnDirectories(List.of(ownDirectory))
                .withForce(flags.on(RunFlags.FORCE))
                .withEnvironment(flags.environment())
                .withNetwork(network)
                .withSizeLimit(
                        limit.isPresent()
                                ? OptionalLong.of(ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, limit.get()))
                                : OptionalLong.empty());
        return ContextResolvers.installed()
                .resolve(flags.valueOrDefault(SourceFlags.CONTEXT), flags.value(SourceFlags.CONTEXT_SUB_PATH), options);
    }
}
