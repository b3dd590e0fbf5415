/** Contexts in Azure Blob Storage. Microsoft's libraries appear here only. */
@NullMarked
package dev.slipway.context.azure;

import org.jspecify.annotations.NullMarked;
