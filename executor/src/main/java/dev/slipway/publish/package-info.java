/** Where a finished image goes: registries, tar files, OCI layouts, and the small files that name its digest. */
@NullMarked
package dev.slipway.publish;

import org.jspecify.annotations.NullMarked;
