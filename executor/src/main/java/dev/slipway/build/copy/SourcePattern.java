package dev.slipway.build.copy;

import dev.slipway.dockerfile.PathPattern;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A source as COPY names it. Up to the first component with a wildcard, links are followed; from there on each
 * component is matched against names, and a link never stands for a directory.
 */
record SourcePattern(PathBytes literal, List<PathPattern> wildcards) {

    static SourcePattern of(PathBytes source) throws CopyException {
        PathBytes literal = PathBytes.EMPTY;
        List<PathPattern> wildcards = new ArrayList<>();
        for (PathBytes component : source.components()) {
            String text = component.toUtf8();
            if (wildcards.isEmpty() && !PathPattern.hasWildcards(text)) {
                literal = literal.resolve(component);
            } else {
                wildcards.add(compiled(text));
            }
        }
        return new SourcePattern(literal, wildcards);
    }

    /** The paths meant, in order; none where wildcards meet nothing. A literal path is given back as it is. */
    List<PathBytes> find(FileTree tree) throws IOException, CopyException {
        if (wildcards.isEmpty()) {
            return List.of(literal);
        }
        List<PathBytes> found = List.of(TreePaths.resolve(tree, literal));
        for (PathPattern wildcard : wildcards) {
            List<PathBytes> next = new ArrayList<>();
            for (PathBytes directory : found) {
                addMatches(tree, directory, wildcard, next);
            }
            found = next;
        }
        return found;
    }

    private static PathPattern compiled(String component) throws CopyException {
        return PathPattern.component(component)
                .orElseThrow(() -> new CopyException(
                        FailureClass.DOCKERFILE,
                        "syntax error in pattern \"%s\": close the bracket, or put a backslash in front of it"
                                .formatted(component)));
    }

    private static void addMatches(FileTree tree, PathBytes directory, PathPattern wildcard, List<PathBytes> into)
            throws IOException {
        Optional<FileStatus> status = directory.isEmpty() ? Optional.empty() : tree.status(directory);
        if (!directory.isEmpty() && (status.isEmpty() || status.get().type() != FileType.DIRECTORY)) {
            return;
        }
        for (PathBytes name : tree.list(directory).stream().sorted().toList()) {
            if (wildcard.matches(name.toByteArray())) {
                into.add(directory.resolve(name));
            }
        }
    }
}
