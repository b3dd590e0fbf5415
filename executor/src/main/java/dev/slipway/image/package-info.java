/** OCI and Docker manifests, indexes, configs and descriptors, and their JSON. */
@NullMarked
package dev.slipway.image;

import org.jspecify.annotations.NullMarked;
