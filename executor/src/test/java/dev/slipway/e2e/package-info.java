/** The packaged executor from outside: what it builds, says, returns and leaves behind, judged by other people's tools. */
@NullMarked
package dev.slipway.e2e;

import org.jspecify.annotations.NullMarked;
