package dev.slipway.build;

import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.progress.FailureClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files that say how an image is built, read once: the Dockerfile, and what keeps files out of the context (spec:
 * flags, {@code --dockerfile}; dockerfile.md, .dockerignore).
 *
 * @param ignoreName what messages call the file that {@code ignore} was read from
 */
public record BuildFiles(Dockerfile dockerfile, DockerIgnore ignore, String ignoreName) {
    private static final String IGNORE = ".dockerignore";

    /**
     * Finds and reads them.
     *
     * @throws BuildException if the Dockerfile isn't there, or a file can't be read
     * @throws DockerfileException if what they say can't be understood
     */
    public static BuildFiles read(BuildRequest request) throws BuildException, DockerfileException {
        Path general = request.context().resolve(IGNORE);
        return switch (request.dockerfile()) {
            case DockerfileSource.Given given ->
                withIgnored(request, Dockerfile.parse(given.name(), given.text()), List.of(general));
            case DockerfileSource.AtPath(String path) -> {
                Found found = find(request, path);
                // The one that bears the Dockerfile's name replaces the other entirely.
                Path own = found.file().resolveSibling(found.file().getFileName() + IGNORE);
                Dockerfile dockerfile = Dockerfile.parse(name(request, found.file()), found.text());
                yield withIgnored(request, dockerfile, List.of(own, general));
            }
        };
    }

    private static BuildFiles withIgnored(BuildRequest request, Dockerfile dockerfile, List<Path> candidates)
            throws BuildException, DockerfileException {
        for (Path candidate : candidates) {
            Optional<byte[]> text = content(request, candidate);
            if (text.isPresent()) {
                String name = name(request, candidate);
                return new BuildFiles(dockerfile, DockerIgnore.parse(name, text.get()), name);
            }
        }
        return new BuildFiles(dockerfile, DockerIgnore.none(), IGNORE);
    }

    private record Found(Path file, byte[] text) {}

    private static Found find(BuildRequest request, String text) throws BuildException {
        try {
            for (Path directory : List.of(request.context(), request.workingDirectory())) {
                Path candidate = directory.resolve(text);
                Optional<byte[]> content = content(request, candidate);
                if (content.isPresent()) {
                    return new Found(candidate, content.get());
                }
            }
            throw missing(request, text);
        } catch (InvalidPathException notAPath) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--dockerfile \"%s\" is not a path: %s".formatted(text, notAPath.getReason()),
                    notAPath);
        }
    }

    private static BuildException missing(BuildRequest request, String text) {
        Path place = request.context().resolve(text);
        if (Files.isDirectory(place)) {
            return new BuildException(
                    FailureClass.CONTEXT,
                    "the Dockerfile \"%s\" is a directory: name the file in it with --dockerfile".formatted(place));
        }
        if (Files.isSymbolicLink(place)) {
            return new BuildException(
                    FailureClass.CONTEXT,
                    "the Dockerfile \"%s\" is a link to nothing in the context, where links end: name the file itself with --dockerfile"
                            .formatted(place));
        }
        Optional<String> near = sameInAnotherCase(place);
        return new BuildException(
                FailureClass.CONTEXT,
                "the Dockerfile \"%s\" is neither in the context \"%s\" nor in the working directory \"%s\"; %s"
                        .formatted(
                                text,
                                request.context(),
                                request.workingDirectory(),
                                near.map(name -> "there is \"%s\"".formatted(name))
                                        .orElse("name it with --dockerfile")));
    }

    private static Optional<String> sameInAnotherCase(Path place) {
        Path directory = place.getParent();
        Path wanted = place.getFileName();
        if (directory == null || wanted == null || !Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (var files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.equalsIgnoreCase(wanted.toString()))
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> content(BuildRequest request, Path file) throws BuildException {
        try {
            return ContextText.read(request.context(), file);
        } catch (IOException unreadable) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "\"%s\" can't be read: %s".formatted(file, unreadable.getMessage()),
                    unreadable);
        }
    }

    /** As the user knows it: from the context's root where it is there, else as it was written. */
    private static String name(BuildRequest request, Path file) {
        Path root = request.context();
        if (file.startsWith(root)) {
            return root.relativize(file).toString();
        }
        Path working = request.workingDirectory();
        return file.startsWith(working) ? working.relativize(file).toString() : file.toString();
    }
}
