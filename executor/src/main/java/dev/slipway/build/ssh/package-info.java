/** The ssh agents that {@code RUN --mount=type=ssh} shows to commands: a forwarded one, or our own with given keys. */
@NullMarked
package dev.slipway.build.ssh;

import org.jspecify.annotations.NullMarked;
