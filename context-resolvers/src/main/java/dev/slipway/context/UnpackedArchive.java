package dev.slipway.context;

import dev.slipway.archive.ArchiveExtractor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Makes a context out of an archive while it streams in: what every resolver does whose source is one object. On any
 * failure nothing of it stays.
 */
public final class UnpackedArchive {

    private UnpackedArchive() {}

    /**
     * Unpacks {@code archive}, which is closed, into the scratch directory.
     *
     * @param origin the URI without credentials
     * @throws ContextException if the archive is damaged, hostile or too large, or the stream fails
     * @throws InterruptedException if the build is cancelled while the stream waits
     */
    public static BuildContext unpack(
            InputStream archive, String origin, Optional<String> revision, ContextOptions options)
            throws ContextException, InterruptedException {
        try (InputStream source = archive) {
            return ScratchContext.fill(
                    origin,
                    revision,
                    options,
                    destination -> ArchiveExtractor.extract(source, destination, options.limits())
                            .fileBytes());
        } catch (IOException e) {
            throw new ContextException("context \"%s\": %s".formatted(origin, e.getMessage()), e);
        }
    }
}
