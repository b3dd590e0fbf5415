package dev.slipway.context;

import java.util.List;

/**
 * Knows one kind of place that source can come from. The SPI: a new resolver is a class with a public constructor
 * without arguments and a line in {@code META-INF/services/dev.slipway.context.ContextResolver}; nothing else changes.
 *
 * <p>A resolver keeps no state between calls, writes below {@link ContextOptions#scratch()} only, streams instead of
 * buffering, and leaves nothing behind when it fails. Its messages never show credentials.
 */
public interface ContextResolver {

    /** The spellings it takes, as the help and the error for an unknown scheme list them: {@code dir:///path}. */
    List<String> forms();

    /** Whether {@code uri} is for this resolver; decided by the text alone, without touching anything. */
    boolean accepts(ContextUri uri);

    /**
     * Makes the context available as a directory.
     *
     * @throws ContextException if it isn't there, isn't what it claims to be, or is hostile
     * @throws InterruptedException if the build is cancelled while this waits
     */
    BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException;
}
