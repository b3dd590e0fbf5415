/** Credentials for Amazon's Elastic Container Registry, by the vendor's own library, which is loaded when one of its registries is named. */
@NullMarked
package dev.slipway.registry.ecr;

import org.jspecify.annotations.NullMarked;
