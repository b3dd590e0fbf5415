package dev.slipway.sandbox;

import java.io.IOException;

/** Takes something back that was done for a command. */
@FunctionalInterface
interface Undo {
    void run() throws IOException;
}
