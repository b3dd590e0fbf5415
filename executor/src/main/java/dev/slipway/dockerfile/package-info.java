/** The Dockerfile language: text to typed instructions with their places, word expansion, .dockerignore, build checks. */
@NullMarked
package dev.slipway.dockerfile;

import org.jspecify.annotations.NullMarked;
