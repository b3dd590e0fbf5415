/**
 * How other machines are reached, the same for registries, contexts, git and {@code ADD}: whom we believe, and through
 * which proxy.
 */
@NullMarked
package dev.slipway.network;

import org.jspecify.annotations.NullMarked;
