package dev.slipway.build;

import dev.slipway.progress.FailureClass;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A build that can't go on: what was tried, on what, what happened and what to do, with the place in the Dockerfile.
 *
 * <p>The failure's class decides the exit code (DESIGN 3.9); a command that failed carries its own status.
 */
public class BuildException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Optional<Location> location;
    private final FailureClass failure;

    public BuildException(FailureClass failure, String message) {
        this(failure, Optional.empty(), message, null);
    }

    public BuildException(FailureClass failure, String message, Throwable cause) {
        this(failure, Optional.empty(), message, cause);
    }

    BuildException(FailureClass failure, Optional<Location> location, String message, @Nullable Throwable cause) {
        super(location.map(where -> where.tell(message)).orElse(message), cause);
        this.failure = failure;
        this.location = location;
    }

    public FailureClass failure() {
        return failure;
    }

    /** Where in the Dockerfile, unless the failure belongs to no line. */
    public Optional<Location> location() {
        return location;
    }

    /**
     * A line of a Dockerfile.
     *
     * @param excerpt the line itself with a mark below, or empty
     */
    public record Location(String file, int line, String excerpt) {
        private String tell(String message) {
            String told = this + ": " + message;
            return excerpt.isEmpty() ? told : told + "\n" + excerpt;
        }

        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** A RUN that ended with another status than 0: the executor exits with the same. */
    public static final class CommandFailed extends BuildException {
        private static final long serialVersionUID = 1;

        private final int status;

        CommandFailed(Optional<Location> location, String message, int status) {
            super(FailureClass.BUILD, location, message, null);
            this.status = status;
        }

        /** 1 to 255; 128 + n after signal n. */
        public int status() {
            return status;
        }
    }
}
