package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Where names of a Dockerfile lead in a tree: links are followed inside it, and nothing climbs out of its root (spec:
 * COPY/ADD, "sources are clamped to the root").
 */
public final class TreePaths {
    /** As many as Linux follows, and then some: a loop is longer than any. */
    private static final int MOST_LINKS = 255;

    private static final byte SLASH = '/';

    private TreePaths() {}

    /** A path of the Dockerfile as a path in a tree: {@code .} and {@code ..} taken away, never above the root. */
    public static PathBytes clean(String path) {
        List<String> kept = new ArrayList<>();
        for (String component : path.split("/")) {
            switch (component) {
                case "", "." -> {}
                case ".." -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                }
                default -> kept.add(component);
            }
        }
        return PathBytes.of(String.join("/", kept));
    }

    /** Whether a destination names a directory by its spelling. */
    static boolean namesDirectory(String destination) {
        return destination.isEmpty()
                || destination.endsWith("/")
                || destination.equals(".")
                || destination.endsWith("/.");
    }

    /**
     * Follows every link, the last one too. What isn't there stays as it is named, so that it can be made.
     *
     * @throws CopyException for links in a circle
     */
    public static PathBytes resolve(FileTree tree, PathBytes path) throws IOException, CopyException {
        return resolve(tree, PathBytes.EMPTY, path);
    }

    /** The same below a directory of the tree that counts as the root; the result is relative to that. */
    static PathBytes resolve(FileTree tree, PathBytes root, PathBytes path) throws IOException, CopyException {
        Deque<PathBytes> remaining = new ArrayDeque<>(path.components());
        PathBytes done = PathBytes.EMPTY;
        int links = 0;
        while (!remaining.isEmpty()) {
            PathBytes component = remaining.pop();
            String name = component.toString();
            if (name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                done = done.parent();
                continue;
            }
            PathBytes next = done.resolve(component);
            Optional<FileStatus> status = tree.status(root.resolve(next));
            if (status.isEmpty() || status.get().type() != FileType.SYMLINK) {
                done = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new CopyException(
                        FailureClass.BUILD, "\"/%s\" can't be followed: its links lead in a circle".formatted(path));
            }
            byte[] target = tree.readLink(root.resolve(next));
            if (target.length > 0 && target[0] == SLASH) {
                done = PathBytes.EMPTY;
            }
            for (PathBytes step : PathBytes.of(target).components().reversed()) {
                remaining.push(step);
            }
        }
        return done;
    }

    static boolean isDirectory(Optional<FileStatus> status) {
        return status.isPresent() && status.get().type() == FileType.DIRECTORY;
    }
}
