/** Finds out what changed in a tree on disk, and makes the content of a layer of it (DESIGN 3.3). */
@NullMarked
package dev.slipway.rootfs.scan;

import org.jspecify.annotations.NullMarked;
