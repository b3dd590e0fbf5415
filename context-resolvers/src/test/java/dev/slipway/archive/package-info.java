/** Tests of reading foreign archives: what compressions come in, what is refused, and what it leaves behind. */
@NullMarked
package dev.slipway.archive;

import org.jspecify.annotations.NullMarked;
