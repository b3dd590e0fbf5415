/** Git repositories as contexts: one commit, fetched shallow, its submodules and large files (contexts.md). */
@NullMarked
package dev.slipway.context.git;

import org.jspecify.annotations.NullMarked;
