/** Objects and archives over HTTP and HTTPS (contexts.md). */
@NullMarked
package dev.slipway.context.http;

import org.jspecify.annotations.NullMarked;
