/** What the packaged distribution must hold, wherever it is copied. */
@NullMarked
package dev.slipway.packaging;

import org.jspecify.annotations.NullMarked;
