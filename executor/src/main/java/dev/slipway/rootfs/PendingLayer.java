package dev.slipway.rootfs;

import dev.slipway.layer.WrittenLayer;
import java.io.IOException;

/**
 * A layer that is being written, perhaps while the next step runs: what it holds is fixed.
 * A failure to write it shows here.
 */
@FunctionalInterface
public interface PendingLayer {
    /** Waits for the layer. May be asked again and by several threads. */
    WrittenLayer await() throws IOException;
}
