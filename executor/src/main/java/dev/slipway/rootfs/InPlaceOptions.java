package dev.slipway.rootfs;

import dev.slipway.sandbox.Container;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What building over the executor's own root is told by the command line.
 *
 * @param terms whether it may be done at all
 * @param kept paths of this machine that stay as they are and never enter a layer: our own directories, the context,
 *     whatever an output flag names
 * @param credentials files with credentials, in memory by now: kept, and out of a command's reach while it runs
 * @param preCleanup {@code --pre-cleanup}: files that are not ours may be removed, since we were copied into their image
 * @param preserve {@code --preserve-context}: at the end the root is what it was before
 * @param materialize {@code --materialize}: at the end the root is the target's filesystem
 */
public record InPlaceOptions(
        InPlaceTerms terms,
        List<Path> kept,
        List<Path> credentials,
        boolean preCleanup,
        boolean preserve,
        boolean materialize) {

    /** What holds where nobody said anything: it isn't done. */
    public static final InPlaceOptions NONE = new InPlaceOptions(
            new InPlaceTerms(new Container(Optional.empty()), false), List.of(), List.of(), false, false, false);

    public InPlaceOptions {
        kept = List.copyOf(kept);
        credentials = List.copyOf(credentials);
    }
}
