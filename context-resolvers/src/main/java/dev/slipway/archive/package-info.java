/**
 * Reads foreign archives safely: recognises the compression by content, keeps every entry inside the destination, bounds
 * sizes, and names the entry in each error. Used by the context resolvers and by {@code ADD}.
 */
@NullMarked
package dev.slipway.archive;

import org.jspecify.annotations.NullMarked;
