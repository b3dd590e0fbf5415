package dev.slipway.progress;

/**
 * The classes of failure that a pod failure policy can tell apart by exit code, and their names in words (DESIGN 3.9).
 *
 * <p>The codes are those of {@code sysexits.h}. A RUN that fails ends the executor with its own status instead, which
 * may equal one of these: the words tell.
 */
public enum FailureClass {
    BUILD(1, "build failed"),
    USAGE(64, "usage"),
    DOCKERFILE(65, "Dockerfile"),
    CONTEXT(66, "context"),
    REGISTRY(69, "registry"),
    ENVIRONMENT(71, "environment"),
    INTERRUPTED(130, "interrupted"),
    TERMINATED(143, "terminated");

    private final int exitCode;
    private final String words;

    FailureClass(int exitCode, String words) {
        this.exitCode = exitCode;
        this.words = words;
    }

    public int exitCode() {
        return exitCode;
    }

    /** The class as the last line on standard error, the report and the termination message name it. */
    public String words() {
        return words;
    }
}
