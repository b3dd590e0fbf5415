package dev.slipway.build;

import dev.slipway.build.BuildException.Location;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.progress.FailureClass;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Failures that point at the instruction they are about. */
final class Locations {
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

    private Locations() {}

    static Location of(InstructionSource source) {
        return new Location(source.file().name(), source.line(), "");
    }

    /** The place with the line itself, marked below what the message quotes. */
    static Location of(InstructionSource source, String message) {
        List<String> quoted =
                QUOTED.matcher(message).results().map(match -> match.group(1)).toList();
        return new Location(source.file().name(), source.line(), source.excerpt(quoted));
    }

    /** A failure that the Dockerfile is to blame for. */
    static BuildException dockerfile(InstructionSource source, String message) {
        return failure(FailureClass.DOCKERFILE, source, message);
    }

    static BuildException failure(FailureClass failure, InstructionSource source, String message) {
        return new BuildException(failure, Optional.of(of(source, message)), message, null);
    }

    static BuildException failure(FailureClass failure, InstructionSource source, String message, Throwable cause) {
        return new BuildException(failure, Optional.of(of(source, message)), message, cause);
    }
}
