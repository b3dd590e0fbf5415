package dev.slipway.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * COPY: files of the context, of another stage or of an image.
 *
 * @param from the value of {@code --from}: a stage's name or number, a named context or an image
 * @param link {@code --link}: onto an empty tree that is then merged
 * @param parents {@code --parents}: rebuild the sources' directories below the destination
 * @param excludes the values of {@code --exclude}, never expanded
 */
public record CopyInstruction(
        InstructionSource source,
        CopySources files,
        Optional<String> from,
        Optional<String> chown,
        Optional<String> chmod,
        boolean link,
        boolean parents,
        List<String> excludes)
        implements Instruction {
    public CopyInstruction {
        excludes = List.copyOf(excludes);
    }

    @Override
    public CopyInstruction expand(Expander expander) throws DockerfileException {
        CopySources expanded = files.expand(source, expander);
        for (String path : expanded.paths()) {
            SourceKind kind = SourceKind.of(path);
            if (kind != SourceKind.LOCAL) {
                throw DockerfileException.atWord(
                        source,
                        path,
                        "COPY can't fetch " + Quotes.quote(path) + ", which is "
                                + (kind == SourceKind.GIT ? "a git repository" : "a URL"),
                        "Expected a path in the context, or ADD in the place of COPY.");
            }
        }
        return new CopyInstruction(
                source,
                expanded,
                from,
                expander.optional(source, chown),
                FileMode.checked(source, expander.optional(source, chmod)),
                link,
                parents,
                excludes);
    }
}
