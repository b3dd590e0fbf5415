/** From a request to an image: the stages planned, their instructions run one small class each. */
@NullMarked
package dev.slipway.build;

import org.jspecify.annotations.NullMarked;
