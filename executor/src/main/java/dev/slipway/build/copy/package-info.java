/** What COPY and ADD put where: sources found, destinations resolved, owners and modes changed, over trees of bytes. */
@NullMarked
package dev.slipway.build.copy;

import org.jspecify.annotations.NullMarked;
