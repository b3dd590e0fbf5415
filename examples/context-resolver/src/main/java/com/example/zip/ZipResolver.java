package com.example.zip;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import dev.slipway.posix.Directory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** {@code zip:///path/source.zip}: a zip archive as a build context. */
public final class ZipResolver implements ContextResolver {

    @Override
    public List<String> forms() {
        return List.of("zip:///path.zip");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("zip");
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException {
        Path root = options.scratch();
        try {
            long bytes = unpack(Path.of(uri.rest()), root, options.sizeLimitBytes().orElse(Long.MAX_VALUE));
            return new BuildContext(
                    root, uri.toString(), Optional.empty(), OptionalLong.of(bytes), () -> remove(uri, root));
        } catch (IOException e) {
            ContextException failure = new ContextException("context %s: %s".formatted(uri.quoted(), e.getMessage()), e);
            try {
                remove(uri, root);
            } catch (ContextException notRemoved) {
                failure.addSuppressed(notRemoved);
            }
            throw failure;
        }
    }

    private static long unpack(Path archive, Path root, long limitBytes) throws IOException {
        long bytes = 0;
        Files.createDirectories(root);
        try (InputStream file = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = root.resolve(entry.getName()).normalize();
                if (!target.startsWith(root) || entry.getName().startsWith("/")) {
                    throw new IOException("the entry \"%s\" leads out of the archive".formatted(entry.getName()));
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                byte[] buffer = new byte[1 << 16];
                try (OutputStream out = Files.newOutputStream(target)) {
                    for (int read = zip.read(buffer); read >= 0; read = zip.read(buffer)) {
                        bytes += read;
                        if (bytes > limitBytes) {
                            throw new IOException("it is larger than the limit of %d bytes, at the entry \"%s\""
                                    .formatted(limitBytes, entry.getName()));
                        }
                        out.write(buffer, 0, read);
                    }
                }
            }
        }
        return bytes;
    }

    private static void remove(ContextUri uri, Path root) throws ContextException {
        try {
            if (Files.exists(root)) {
                try (Directory directory = Directory.open(root)) {
                    directory.removeContents();
                }
                Files.delete(root);
            }
        } catch (IOException e) {
            throw new ContextException(
                    ContextException.Kind.ENVIRONMENT,
                    "could not remove what was unpacked of %s: %s".formatted(uri.quoted(), e.getMessage()),
                    e);
        }
    }
}
