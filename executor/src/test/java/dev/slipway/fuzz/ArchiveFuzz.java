package dev.slipway.fuzz;

import dev.slipway.archive.ArchiveEntry;
import dev.slipway.archive.ArchiveException;
import dev.slipway.archive.ArchiveLimits;
import dev.slipway.archive.ArchiveReader;
import dev.slipway.archive.tar.TarException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A context archive, or one for ADD, in any compression. */
public final class ArchiveFuzz {
    private static final ArchiveLimits LIMITS = ArchiveLimits.DEFAULT.withLargestBytes(1 << 20);

    private ArchiveFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        ArchiveReader.isArchive(new ByteArrayInputStream(input));
        try (ArchiveReader reader =
                ArchiveReader.open(new ByteArrayInputStream(input), LIMITS, ArchiveReader.Escapes.REFUSED)) {
            for (Optional<ArchiveEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                String name = new String(entry.get().path().toByteArray(), StandardCharsets.ISO_8859_1);
                if (name.startsWith("/") || List.of(name.split("/")).contains("..")) {
                    throw new AssertionError("\"" + name + "\" leads out");
                }
                reader.content().skip(1 << 10);
            }
        } catch (ArchiveException | TarException refused) {
            Declared.hasWords(refused);
        }
    }
}
