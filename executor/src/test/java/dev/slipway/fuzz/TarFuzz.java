package dev.slipway.fuzz;

import dev.slipway.archive.tar.TarException;
import dev.slipway.archive.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;

/** A layer's tar. */
public final class TarFuzz {
    private TarFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(input));
        try {
            while (reader.next().isPresent()) {
                reader.content().skip(3);
            }
            reader.drain();
        } catch (TarException | EOFException refused) {
            Declared.hasWords(refused);
        }
    }
}
