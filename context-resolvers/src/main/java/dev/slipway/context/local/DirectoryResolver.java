package dev.slipway.context.local;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** {@code dir://} and bare paths: a directory of this machine, used in place (contexts.md). */
public final class DirectoryResolver implements ContextResolver {

    @Override
    public List<String> forms() {
        return List.of("dir:///path", "/path");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("dir");
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException {
        Path root = directory(uri);
        if (!options.force()) {
            refuseTheWholeMachine(uri, root, options.ownDirectories());
        }
        return BuildContext.inPlace(root, uri.toString());
    }

    private static Path directory(ContextUri uri) throws ContextException {
        if (uri.rest().isEmpty()) {
            throw new ContextException(
                    "context %s names no directory: give a path, such as dir:///workspace".formatted(uri.quoted()));
        }
        try {
            Path root = Path.of(uri.rest()).toRealPath();
            if (!Files.isDirectory(root)) {
                throw new ContextException(
                        "context %s is not a directory; for an archive write tar://%s".formatted(uri.quoted(), root));
            }
            if (!Files.isReadable(root) || !Files.isExecutable(root)) {
                throw new ContextException("context %s can't be read by this user: permission denied on \"%s\""
                        .formatted(uri.quoted(), root));
            }
            return root;
        } catch (NoSuchFileException e) {
            throw new ContextException("context %s: no such directory".formatted(uri.quoted()), e);
        } catch (AccessDeniedException e) {
            throw new ContextException("context %s can't be read: permission denied".formatted(uri.quoted()), e);
        } catch (IOException | InvalidPathException e) {
            throw new ContextException("context %s can't be read: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }

    /**
     * A template's unbound workspace makes a path such as {@code /./} (tasks.md section 1): a build of everything that
     * the pod holds, credentials included.
     */
    private static void refuseTheWholeMachine(ContextUri uri, Path root, List<Path> ownDirectories)
            throws ContextException {
        if (root.getParent() == null) {
            throw new ContextException(
                    "context %s is the whole file system: name the source's directory, or give --force"
                            .formatted(uri.quoted()));
        }
        for (Path own : ownDirectories) {
            if (real(own).startsWith(root)) {
                throw new ContextException(
                        "context %s contains the executor's own directory \"%s\": name the source's directory, or give --force"
                                .formatted(uri.quoted(), own));
            }
        }
    }

    /** The path without links, as far as it is there already. */
    private static Path real(Path path) throws ContextException {
        Path absolute = path.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        try {
            return parent == null || Files.exists(absolute)
                    ? absolute.toRealPath()
                    : real(parent).resolve(absolute.getFileName());
        } catch (IOException e) {
            throw new ContextException("can't resolve \"%s\": %s".formatted(path, e.getMessage()), e);
        }
    }
}
