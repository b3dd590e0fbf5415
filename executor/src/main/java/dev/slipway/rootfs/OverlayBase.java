package dev.slipway.rootfs;

import dev.slipway.posix.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
        List<ExtractedLayer> extracted = new ArrayList<>();
        try {
            extractAll(layers, extracted);
            extracted.add(implied(extracted));
            return extracted;
        } catch (IOException | RuntimeException e) {
            for (ExtractedLayer layer : extracted) {
                layer.close();
            }
            throw e;
        }
    }

    private void extractAll(List<ImageLayer> layers, List<ExtractedLayer> extracted) throws IOException {
        try (ExecutorService threads = Executors.newFixedThreadPool(
                EXTRACTIONS, Thread.ofPlatform().name("extract-", 0).factory())) {
            List<Future<ExtractedLayer>> running = layers.stream()
                    .map(layer -> threads.submit((Callable<ExtractedLayer>) () -> directories.obtain(layer)))
                    .toList();
            IOException failure = null;
            for (Future<ExtractedLayer> each : running) {
                try {
                    extracted.add(each.get());
                } catch (ExecutionException e) {
                    threads.shutdownNow();
                    IOException cause = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
                    if (failure == null) {
                        failure = cause;
                    } else {
                        failure.addSuppressed(cause);
                    }
                } catch (InterruptedException e) {
                    threads.shutdownNow();
                    Thread.currentThread().interrupt();
                    failure = failure == null ? new IOException("interrupted while layers were extracted", e) : failure;
                }
            }
            if (failure != null) {
                throw failure;
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
