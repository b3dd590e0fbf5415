package dev.slipway.rootfs;

import dev.slipway.posix.CallingThread;
import dev.slipway.sandbox.Container;
import java.util.Optional;

/**
 * Whether the executor may build over its own root filesystem, which is emptied for it (DESIGN 3.1).
 *
 * @param container what is known of where the executor runs
 * @param forced {@code --force}: it need not be a container
 */
public record InPlaceTerms(Container container, boolean forced) {

    /** Why not, and what would help; nothing where it may. */
    public Optional<String> refusal() {
        if (CallingThread.effectiveUserId() != 0) {
            return Optional.of("the executor runs as user %d, and building in place takes root: set runAsUser: 0"
                    .formatted(CallingThread.effectiveUserId()));
        }
        return container.isOne() || forced
                ? Optional.empty()
                : Optional.of(
                        "this is no container, and everything below / would be removed; --force does it all the same");
    }
}
