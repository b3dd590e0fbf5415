/** Credentials for Google's Container and Artifact Registries, by the vendor's own library, which is loaded when one of its registries is named. */
@NullMarked
package dev.slipway.registry.google;

import org.jspecify.annotations.NullMarked;
