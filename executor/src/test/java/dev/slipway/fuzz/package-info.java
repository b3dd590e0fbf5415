/**
 * What comes from outside, fed with bytes that nobody wrote on purpose. Each {@code ...Fuzz} class here and beside the
 * code that it feeds is one target; {@code FuzzIT} runs them all.
 */
@NullMarked
package dev.slipway.fuzz;

import org.jspecify.annotations.NullMarked;
