package dev.slipway.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * ADD: as COPY, and it fetches URLs and git repositories and unpacks archives.
 *
 * @param checksum what a sole remote source must have: {@code sha256:...}, or a commit for git
 * @param unpack whether to unpack; empty means archives of the context only
 * @param keepGitDir whether a git source keeps its {@code .git}; empty means not, unless its URL says so
 * @param excludes the values of {@code --exclude}, never expanded
 */
public record AddInstruction(
        InstructionSource source,
        CopySources files,
        Optional<String> chown,
        Optional<String> chmod,
        Optional<String> checksum,
        boolean link,
        Optional<Boolean> unpack,
        Optional<Boolean> keepGitDir,
        List<String> excludes)
        implements Instruction {
    public AddInstruction {
        excludes = List.copyOf(excludes);
    }

    @Override
    public AddInstruction expand(Expander expander) throws DockerfileException {
        CopySources expanded = files.expand(source, expander);
        Optional<String> digest = expander.optional(source, checksum).filter(value -> !value.isEmpty());
        if (digest.isPresent()) {
            checkChecksum(expanded, digest.get());
        }
        return new AddInstruction(
                source,
                expanded,
                expander.optional(source, chown),
                FileMode.checked(source, expander.optional(source, chmod)),
                digest,
                link,
                unpack,
                keepGitDir,
                excludes);
    }

    private void checkChecksum(CopySources expanded, String digest) throws DockerfileException {
        if (expanded.paths().size() + expanded.inlineFiles().size() != 1) {
            throw DockerfileException.atWord(
                    source,
                    "--checksum",
                    "ADD --checksum stands for one source, here are "
                            + (expanded.paths().size() + expanded.inlineFiles().size()),
                    "Split it into one ADD for each source.");
        }
        SourceKind kind = expanded.paths().isEmpty()
                ? SourceKind.LOCAL
                : SourceKind.of(expanded.paths().getFirst());
        if (kind == SourceKind.LOCAL) {
            throw DockerfileException.atWord(
                    source,
                    "--checksum",
                    "ADD --checksum is for HTTP and git sources only",
                    "Remove the flag: a file of the context needs no checksum.");
        }
        if (kind == SourceKind.HTTP && !digest.matches("[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")) {
            throw DockerfileException.atWord(
                    source,
                    "--checksum",
                    "ADD --checksum=" + digest + " is no digest",
                    "Expected sha256: and 64 hexadecimal digits.");
        }
    }
}
