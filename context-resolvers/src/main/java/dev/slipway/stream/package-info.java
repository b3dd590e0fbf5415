/** What the streams of every room have in common. */
@NullMarked
package dev.slipway.stream;

import org.jspecify.annotations.NullMarked;
