/** What happens while an image is built, as events, and how it is shown: plain lines, a terminal,
 * GitLab sections, JSON, an HTML report, nothing. */
@NullMarked
package dev.slipway.progress;

import org.jspecify.annotations.NullMarked;
