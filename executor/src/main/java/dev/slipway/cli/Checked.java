package dev.slipway.cli;

import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import dev.slipway.dockerfile.SourceFile;
import java.util.List;
import java.util.Optional;

/**
 * A Dockerfile that was checked.
 *
 * @param path the file as a tool that looks at the repository finds it, relative where that is possible
 * @param refusal why it can't be built at all
 * @param failing whether the findings count as errors
 */
record Checked(
        SourceFile file, String path, List<Finding> findings, Optional<DockerfileException> refusal, boolean failing) {
    /** What tools that want a rule's name for everything call a file that can't be built. */
    static final String INVALID = "InvalidDockerfile";

    Checked {
        findings = List.copyOf(findings);
    }
}
