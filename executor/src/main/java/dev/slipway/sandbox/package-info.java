/**
 * Runs one command in a root directory: its namespaces, mounts, user, capabilities, output and end. It knows nothing of
 * how the root came to be.
 */
@NullMarked
package dev.slipway.sandbox;

import org.jspecify.annotations.NullMarked;
