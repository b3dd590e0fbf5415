/** The operating system: names as bytes, files by descriptor, mounts and processes, through system calls. */
@NullMarked
package dev.slipway.posix;

import org.jspecify.annotations.NullMarked;
