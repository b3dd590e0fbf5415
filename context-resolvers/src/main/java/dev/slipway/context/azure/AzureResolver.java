package dev.slipway.context.azure;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Retries;
import dev.slipway.context.bucket.BucketContext;
import dev.slipway.context.bucket.ObjectStore.Location;
import java.util.List;

/**
 * {@code https://ACCOUNT.blob.core.windows.net/…} and the sovereign clouds' hosts: an archive in a container, or every
 * blob below a prefix (contexts.md).
 */
public final class AzureResolver implements ContextResolver {

    @Override
    public List<String> forms() {
        return List.of(
                "https://ACCOUNT.blob.core.windows.net/container/blob.tar[.gz|.bz2|.xz|.zst]",
                "https://ACCOUNT.blob.core.windows.net/container/prefix/");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return BlobUrl.isBlob(uri);
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException {
        try (Location location = new AzureStore().open(uri, options.environment(), options.network())) {
            return BucketContext.resolve(location.bucket(), location.key(), uri.toString(), options, Retries.STANDARD);
        }
    }
}
