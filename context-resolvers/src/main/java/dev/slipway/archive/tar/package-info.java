/**
 * A byte-exact tar codec. Names, link names and extended attributes pass through it as the bytes they are, which a codec
 * that decodes PAX values as text can't promise: {@code security.capability} is binary. It lives below {@code archive}
 * because foreign archives and image layers are read by the same code; only layers are written by it.
 */
@NullMarked
package dev.slipway.archive.tar;

import org.jspecify.annotations.NullMarked;
