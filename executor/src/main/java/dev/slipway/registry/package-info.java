/** The OCI distribution client: references, credentials, mirrors, TLS, retries, verified streams (DESIGN 3.7). */
@NullMarked
package dev.slipway.registry;

import org.jspecify.annotations.NullMarked;
