/**
 * What all object stores have in common: one object as an archive, a prefix as a tree of files, and single objects to
 * write. A store is a {@link dev.slipway.context.bucket.Bucket}; its SDK stays in its own package.
 */
@NullMarked
package dev.slipway.context.bucket;

import org.jspecify.annotations.NullMarked;
