/** Contexts in Google Cloud Storage, over its JSON API. Google's storage library appears here only. */
@NullMarked
package dev.slipway.context.gcs;

import org.jspecify.annotations.NullMarked;
