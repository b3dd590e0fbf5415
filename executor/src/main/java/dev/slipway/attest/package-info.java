/** What is said about an image: the software in it, how it was built, and who vouches for it. */
@NullMarked
package dev.slipway.attest;

import org.jspecify.annotations.NullMarked;
