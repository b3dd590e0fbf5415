/** Tests of the tar codec: round trips, GNU tar in both directions, and archives that are no good. */
@NullMarked
package dev.slipway.archive.tar;

import org.jspecify.annotations.NullMarked;
