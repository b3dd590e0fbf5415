package dev.slipway.build;

import dev.slipway.build.BuildException.Location;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.progress.FailureClass;
import java.util.Optional;

/** Failures that point at the instruction they are about. */
final class Locations {
    private Locations() {}

    static Location of(InstructionSource source) {
        return new Location(source.file().name(), source.line());
    }

    /** A failure that the Dockerfile is to blame for. */
    static BuildException dockerfile(InstructionSource source, String message) {
        return failure(FailureClass.DOCKERFILE, source, message);
    }

    static BuildException failure(FailureClass failure, InstructionSource source, String message) {
        return new BuildException(failure, Optional.of(of(source)), message, null);
    }

    static BuildException failure(FailureClass failure, InstructionSource source, String message, Throwable cause) {
        return new BuildException(failure, Optional.of(of(source)), message, cause);
    }
}
