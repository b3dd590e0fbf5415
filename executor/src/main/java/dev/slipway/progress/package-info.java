/** What happens while an image is built, as events, and how it is shown: plain lines, JSON, nothing. */
@NullMarked
package dev.slipway.progress;

import org.jspecify.annotations.NullMarked;
