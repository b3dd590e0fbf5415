package dev.slipway.context.local;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import dev.slipway.context.UnpackedArchive;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code tar://}: an archive file, or with {@code tar://stdin} what is piped in (contexts.md). */
public final class ArchiveResolver implements ContextResolver {

    private static final String STANDARD_INPUT = "stdin";

    @Override
    public List<String> forms() {
        return List.of("tar:///path.tar[.gz|.bz2|.xz|.zst]", "tar://stdin");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("tar");
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException {
        if (uri.rest().isEmpty()) {
            throw new ContextException("context %s names no archive: give a path, such as tar:///workspace/src.tar.gz"
                    .formatted(uri.quoted()));
        }
        InputStream stream = uri.rest().equals(STANDARD_INPUT) ? standardInput(uri, options) : file(uri);
        return UnpackedArchive.unpack(stream, uri.toString(), Optional.empty(), options);
    }

    private static InputStream standardInput(ContextUri uri, ContextOptions options) throws ContextException {
        if (options.standardInput().terminal()) {
            throw new ContextException(
                    "context %s: standard input is a terminal; pipe an archive in, as in tar c . | … --context tar://stdin"
                            .formatted(uri.quoted()));
        }
        PushbackInputStream input = new PushbackInputStream(options.standardInput().stream());
        try {
            int first = input.read();
            if (first < 0) {
                throw new ContextException(
                        "context %s: standard input is empty; pipe an archive in (kubectl run and docker run need -i)"
                                .formatted(uri.quoted()));
            }
            input.unread(first);
            return input;
        } catch (IOException e) {
            throw new ContextException(
                    "context %s: standard input can't be read: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }

    private static InputStream file(ContextUri uri) throws ContextException {
        try {
            Path file = Path.of(uri.rest());
            if (Files.isDirectory(file)) {
                throw new ContextException(
                        "context %s is a directory; write dir://%s".formatted(uri.quoted(), file.toAbsolutePath()));
            }
            if (Files.exists(file) && Files.isRegularFile(file) && Files.size(file) == 0) {
                throw new ContextException("context %s is empty, not an archive".formatted(uri.quoted()));
            }
            return Files.newInputStream(file);
        } catch (NoSuchFileException e) {
            throw new ContextException("context %s: no such file".formatted(uri.quoted()), e);
        } catch (AccessDeniedException e) {
            throw new ContextException("context %s can't be read: permission denied".formatted(uri.quoted()), e);
        } catch (IOException | InvalidPathException e) {
            throw new ContextException("context %s can't be read: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }
}
