package dev.slipway.layer;

import java.io.IOException;
import java.util.List;

/**
 * What a layer is made of, in order of {@link dev.slipway.posix.PathBytes#compareTo}: parents come before what is in
 * them, whatever the tree was walked with, so that both kinds of root filesystem give the same bytes. An
 * {@link LayerEntry.Opaque} follows its directory, a whiteout stands at the path it takes away, and of several names of
 * one file the first is the file and the others are hard links to it.
 */
@FunctionalInterface
public interface LayerContent {
    /** Takes the entries one after the other. */
    @FunctionalInterface
    interface Sink {
        void accept(LayerEntry entry) throws IOException;
    }

    /**
     * Hands every entry to the sink. Called a second time, from the beginning, if a file changed its size while it was
     * read.
     */
    void writeTo(Sink sink) throws IOException;

    static LayerContent of(List<? extends LayerEntry> entries) {
        List<LayerEntry> copy = List.copyOf(entries);
        return sink -> {
            for (LayerEntry entry : copy) {
                sink.accept(entry);
            }
        };
    }
}
