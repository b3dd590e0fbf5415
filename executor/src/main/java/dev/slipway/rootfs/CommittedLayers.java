package dev.slipway.rootfs;

import dev.slipway.layer.BlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The layers of a root filesystem: those it began with, and those that were committed since. */
final class CommittedLayers {
    private final List<ImageLayer> base;
    private final List<PendingLayer> committed = new ArrayList<>();
    private final BlobStore store;

    CommittedLayers(List<ImageLayer> base, BlobStore store) {
        this.base = List.copyOf(base);
        this.store = store;
    }

    void add(PendingLayer layer) {
        committed.add(layer);
    }

    List<ImageLayer> all() throws IOException {
        List<ImageLayer> layers = new ArrayList<>(base);
        for (PendingLayer layer : committed) {
            layers.add(ImageLayer.of(layer.await(), store));
        }
        return List.copyOf(layers);
    }
}
