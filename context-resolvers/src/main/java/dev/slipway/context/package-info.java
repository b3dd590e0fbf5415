/** Where the source comes from: context URIs, and resolvers that turn one into a directory. Knows nothing of images. */
@NullMarked
package dev.slipway.context;

import org.jspecify.annotations.NullMarked;
