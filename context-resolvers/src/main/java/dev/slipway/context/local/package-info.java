/** Contexts on this machine: a directory used in place, an archive file, an archive on standard input. */
@NullMarked
package dev.slipway.context.local;

import org.jspecify.annotations.NullMarked;
