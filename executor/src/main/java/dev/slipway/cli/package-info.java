/** The command line: kaniko's flags and ours, turned into requests; subcommands; exit codes. No logic of building. */
@NullMarked
package dev.slipway.cli;

import org.jspecify.annotations.NullMarked;
