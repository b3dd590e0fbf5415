/** A stage's filesystem: trees to read and change, commands run in it, layers of what changed. */
@NullMarked
package dev.slipway.rootfs;

import org.jspecify.annotations.NullMarked;
