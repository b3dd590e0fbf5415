package dev.slipway.build.copy;

import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.PathPattern;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.MutableTree;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Runs one COPY or ADD: its sources one after the other, onto a tree.
 *
 * <p>The destination is absolute; its trailing slash counts.
 */
public final class Copier {
    private final Target target;
    private final String destination;
    private final CopyRules rules;
    private final DockerIgnore excluded;

    /**
     * A copier to a destination.
     *
     * @param linked {@code --link}: what is there doesn't matter and is laid over
     * @param excluded {@code --exclude}, relative to each source
     */
    public Copier(MutableTree tree, String destination, CopyRules rules, boolean linked, DockerIgnore excluded) {
        this.target = new Target(linked ? new LinkedTree(tree) : tree);
        this.destination = destination;
        this.rules = rules;
        this.excluded = excluded;
    }

    /** Copies what a source names: a path or a pattern, from the root, never above it. */
    public void copy(CopySource source, String path, boolean unpack) throws IOException, CopyException {
        SourcePattern pattern = SourcePattern.of(TreePaths.clean(path));
        for (PathBytes found : pattern.find(source.tree())) {
            if (!unpack || !unpacked(source, found)) {
                copyTree(source, found, Optional.empty());
            }
        }
    }

    /** Copies a file that is named exactly. */
    public void copyFile(CopySource source, PathBytes file, boolean unpack) throws IOException, CopyException {
        if (!unpack || !unpacked(source, file)) {
            copyTree(source, file, Optional.empty());
        }
    }

    /** Copies with the directories that lie between the source's {@code /./}, or its beginning, and what it matches. */
    public void copyWithParents(CopySource source, String path) throws IOException, CopyException {
        int pivot = path.indexOf("/./");
        String base = pivot < 0 ? "/" : path.substring(0, pivot);
        String rest = pivot < 0 ? path : path.substring(pivot + "/./".length());
        PathBytes below = TreePaths.clean(rest);
        if (!PathPattern.hasWildcards(base) && !PathPattern.hasWildcards(rest)) {
            PathBytes required = TreePaths.clean(base).resolve(below);
            if (source.tree()
                    .status(TreePaths.resolve(source.tree(), required.parent()).resolve(required.name()))
                    .isEmpty()) {
                throw source.missing(required);
            }
        }
        Optional<PathPattern> included = below.isEmpty() ? Optional.empty() : Optional.of(pattern(below.toUtf8()));
        for (PathBytes found : SourcePattern.of(TreePaths.clean(base)).find(source.tree())) {
            if (TreePaths.isDirectory(source.tree().status(TreePaths.resolve(source.tree(), found)))) {
                copyTree(source, found, included);
            }
        }
    }

    /** What was written; call it once, at the end. */
    public SortedSet<PathBytes> finish() throws IOException {
        target.close();
        return target.written();
    }

    private void copyTree(CopySource source, PathBytes from, Optional<PathPattern> included)
            throws IOException, CopyException {
        new TreeCopy(source, target, rules, new Selection(included, excluded)).copy(from, destination);
    }

    private boolean unpacked(CopySource source, PathBytes named) throws IOException, CopyException {
        PathBytes from = TreePaths.resolve(source.tree(), named);
        Optional<FileStatus> status = source.tree().status(from);
        if (status.isEmpty() || status.get().type() != FileType.REGULAR) {
            return false;
        }
        Unpacker unpacker = new Unpacker(target, rules);
        return unpacker.unpack(source, from, destination);
    }

    private static PathPattern pattern(String text) throws CopyException {
        return PathPattern.path(text)
                .orElseThrow(() -> new CopyException(
                        FailureClass.DOCKERFILE,
                        "syntax error in pattern \"%s\": close the bracket, or put a backslash in front of it"
                                .formatted(text)));
    }
}
