package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The layers that an overlay begins with. Each is extracted by itself, several at a time, and above them lies a
 * directory with the attributes of those directories that layers only imply.
 */
final class OverlayBase {
    private static final int EXTRACTIONS = 2;

    private final Place place;
    private final LayerDirectories directories;

    OverlayBase(Place place, LayerDirectories directories) {
        this.place = place;
        this.directories = directories;
    }

    /** What to stack, lowest first; the last is this root filesystem's own and holds its root's attributes. */
    List<ExtractedLayer> open(List<ImageLayer> layers) throws IOException {
        SortedMap<Integer, ExtractedLayer> extracted = new ConcurrentSkipListMap<>();
        try {
            extractAll(layers, extracted);
            closeHidden(extracted);
            List<ExtractedLayer> seen = List.copyOf(extracted.values());
            List<ExtractedLayer> stacked = new ArrayList<>(seen);
            stacked.add(implied(seen));
            return stacked;
        } catch (IOException | RuntimeException e) {
            for (ExtractedLayer layer : extracted.values()) {
                layer.close();
            }
            throw e;
        }
    }

    /** The first failure, whichever layer's it is, ends the rest; all threads have ended when this returns. */
    private void extractAll(List<ImageLayer> layers, Map<Integer, ExtractedLayer> extracted) throws IOException {
        try (ExecutorService threads = Executors.newFixedThreadPool(
                EXTRACTIONS, Thread.ofPlatform().name("extract-", 0).factory())) {
            CompletionService<Boolean> ended = new ExecutorCompletionService<>(threads);
            List<Future<Boolean>> running = IntStream.range(0, layers.size())
                    .mapToObj(index -> ended.submit(() -> {
                        extracted.put(index, directories.obtain(layers.get(index)));
                        return true;
                    }))
                    .toList();
            try {
                for (int i = 0; i < running.size(); i++) {
                    ended.take().get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while layers were extracted", e);
            }
        }
    }

    /** The kernel takes no notice of a layer that hides all below it, so what is below is left out of the stack. */
    private void closeHidden(SortedMap<Integer, ExtractedLayer> layers) throws IOException {
        for (int i = layers.size() - 1; i > 0; i--) {
            Directory tree = Objects.requireNonNull(layers.get(i)).tree();
            if (tree.xattrs(PathBytes.EMPTY)
                    .get(directories.mode().opaqueXattr())
                    .isPresent()) {
                SortedMap<Integer, ExtractedLayer> hidden = layers.headMap(i);
                while (!hidden.isEmpty()) {
                    Objects.requireNonNull(hidden.remove(hidden.firstKey())).close();
                }
                return;
            }
        }
    }

    private ExtractedLayer implied(List<ExtractedLayer> below) throws IOException {
        Directory tree = place.make("implied", 0755).directory();
        try {
            ImpliedDirectories.fill(tree, below, directories.mode().opaqueXattr());
        } catch (IOException | RuntimeException e) {
            tree.close();
            throw e;
        }
        return new ExtractedLayer(tree, Set.of(), ExtractedLayer.Hold.NOTHING);
    }
}
