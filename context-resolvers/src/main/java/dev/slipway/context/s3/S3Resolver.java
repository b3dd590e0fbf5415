package dev.slipway.context.s3;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Retries;
import dev.slipway.context.bucket.BucketContext;
import dev.slipway.context.bucket.ObjectStore.Location;
import java.util.List;

/** {@code s3://}: an archive in a bucket, or every object below a prefix (contexts.md). */
public final class S3Resolver implements ContextResolver {

    @Override
    public List<String> forms() {
        return List.of("s3://bucket/key.tar[.gz|.bz2|.xz|.zst]", "s3://bucket/prefix/");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("s3");
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException {
        try (Location location = new S3Store().open(uri, options.environment(), options.network())) {
            return BucketContext.resolve(location.bucket(), location.key(), uri.toString(), options, Retries.STANDARD);
        }
    }
}
