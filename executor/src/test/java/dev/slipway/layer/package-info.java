/** Tests of layers: what is written is read back, and nothing leads out of the root. */
@NullMarked
package dev.slipway.layer;

import org.jspecify.annotations.NullMarked;
