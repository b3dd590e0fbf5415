package dev.slipway.dockerfile;

import java.util.Optional;

/** One word of ARG: a name, and a default unless it is bare. {@code ARG X=} has the empty default, {@code ARG X} none. */
public record ArgDeclaration(String name, Optional<String> defaultValue) {}
