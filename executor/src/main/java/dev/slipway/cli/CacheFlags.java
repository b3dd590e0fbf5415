package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** What is kept from build to build. */
final class CacheFlags {
    private static final String ONLY_WITH_CACHE = "it matters only together with --cache";

    static final Flag CACHE = toggle("cache", "Use and fill the layer cache.").later();
    static final Flag CACHE_REPO = value("cache-repo", "REF", "The registry repository, or oci:PATH, of the cache.")
            .withoutEffect(ONLY_WITH_CACHE);
    static final Flag CACHE_DIR = value("cache-dir", "PATH", "The directory of the local cache, base images included.")
            .defaultsTo("/cache");
    static final Flag CACHE_TTL = value("cache-ttl", "DURATION", "How long a cache entry is good.")
            .defaultsTo("336h")
            .withoutEffect(ONLY_WITH_CACHE);
    static final Flag CACHE_COPY_LAYERS =
            toggle("cache-copy-layers", "Cache the layers of COPY and ADD.").withoutEffect(ONLY_WITH_CACHE);
    static final Flag CACHE_RUN_LAYERS = toggle("cache-run-layers", "Cache the layers of RUN.")
            .defaultsTo("true")
            .withoutEffect(ONLY_WITH_CACHE);
    static final Flag NO_PUSH_CACHE =
            toggle("no-push-cache", "Read the cache, but don't fill it.").withoutEffect(ONLY_WITH_CACHE);
    static final Flag COMPRESSED_CACHING = toggle("compressed-caching", "Accepted, without effect.")
            .defaultsTo("true")
            .withoutEffect("memory doesn't grow with layers, compressed or not");
    static final Flag NO_CACHE =
            value("no-cache", "STAGES", "Stages that don't use the cache.").later();
    static final Flag CACHE_FROM = repeated("cache-from", "type=TYPE,...", "Where the cache is read from.")
            .later();
    static final Flag CACHE_TO = repeated("cache-to", "type=TYPE,...", "Where the cache is written to.")
            .later();
    static final Flag EXPLAIN_CACHE = toggle("explain-cache", "Say for each step why the cache had it, or not.")
            .later();

    static final List<Flag> ALL = List.of(
            CACHE,
            CACHE_REPO,
            CACHE_DIR,
            CACHE_TTL,
            CACHE_COPY_LAYERS,
            CACHE_RUN_LAYERS,
            NO_PUSH_CACHE,
            COMPRESSED_CACHING,
            NO_CACHE,
            CACHE_FROM,
            CACHE_TO,
            EXPLAIN_CACHE);

    private CacheFlags() {}
}
