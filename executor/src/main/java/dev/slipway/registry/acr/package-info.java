/** Credentials for Azure's Container Registry, by the vendor's own library, which is loaded when one of its registries is named. */
@NullMarked
package dev.slipway.registry.acr;

import org.jspecify.annotations.NullMarked;
