package dev.slipway.layer;

import static java.util.Objects.requireNonNull;

import dev.slipway.archive.tar.TarWriter;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaFamily;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Writes layers into a blob store in one pass: entries become a tar, its diffID is taken, blocks are compressed side by
 * side, the blob is digested and stored (DESIGN 3.5). The bytes depend on the entries, the compression and the time
 * policy, not on the number of threads, and memory not on the size of anything.
 */
public final class LayerWriter {
    private final BlobStore store;
    private final BlobCompression compression;
    private final MediaFamily family;
    private final TimePolicy times;
    private final ExecutorService workers;
    private final int parallelism;
    private final List<PathBytes> leftOut;
    private final boolean windows;

    /**
     * @param workers where blocks are compressed; shared by all layers and shut down by whoever made it
     * @param parallelism how many blocks may be compressed at a time
     */
    public LayerWriter(
            BlobStore store,
            BlobCompression compression,
            MediaFamily family,
            TimePolicy times,
            ExecutorService workers,
            int parallelism) {
        this(store, compression, family, times, workers, parallelism, List.of(), false);
    }

    private LayerWriter(
            BlobStore store,
            BlobCompression compression,
            MediaFamily family,
            TimePolicy times,
            ExecutorService workers,
            int parallelism,
            List<PathBytes> leftOut,
            boolean windows) {
        this.store = requireNonNull(store, "store is null");
        this.compression = requireNonNull(compression, "compression is null");
        this.family = requireNonNull(family, "family is null");
        this.times = requireNonNull(times, "times is null");
        this.workers = requireNonNull(workers, "workers is null");
        this.parallelism = parallelism;
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism is " + parallelism);
        }
        this.leftOut = List.copyOf(leftOut);
        this.windows = windows;
    }

    /** The same, but nothing at or below these paths enters a layer: {@code --ignore-path}. */
    public LayerWriter leavingOut(List<PathBytes> paths) {
        return new LayerWriter(store, compression, family, times, workers, parallelism, paths, windows);
    }

    /** The same for a Windows image, whose layers are laid out in another way. */
    public LayerWriter forWindows() {
        return new LayerWriter(store, compression, family, times, workers, parallelism, leftOut, true);
    }

    /** Whether layers have the times that their files have. */
    public boolean keepsTimes() {
        return times instanceof TimePolicy.Keep;
    }

    public WrittenLayer write(LayerContent content) throws IOException {
        return write(content, ChecksumListener.NONE);
    }

    /**
     * Writes a layer. If a file becomes longer or shorter while it is read, everything is read once more; if it happens
     * again, a {@link LayerException} names the file.
     */
    public WrittenLayer write(LayerContent content, ChecksumListener listener) throws IOException {
        try {
            return writeOnce(content, listener);
        } catch (FileChangedException firstTime) {
            try {
                return writeOnce(content, listener);
            } catch (FileChangedException again) {
                throw new LayerException(
                        LayerException.Kind.LAYER,
                        again.getMessage()
                                + ", and so it did when it was read again: is a process still writing to it?",
                        again);
            }
        }
    }

    private WrittenLayer writeOnce(LayerContent files, ChecksumListener listener) throws IOException {
        LayerContent kept = leftOut.isEmpty() ? files : sink -> files.writeTo(entry -> unlessLeftOut(entry, sink));
        LayerContent content = windows ? WindowsLayout.outer(kept) : kept;
        try (Ingest ingest = store.ingest();
                Compressor compressor = Compressor.open(compression, ingest, workers, parallelism)) {
            DigestingOutputStream tar = new DigestingOutputStream(compressor.stream());
            LayerTarSink sink = new LayerTarSink(new TarWriter(tar), times, listener, windows);
            content.writeTo(sink);
            sink.finish();
            tar.flush();
            compressor.finish();
            try (Blob blob = ingest.commit()) {
                return new WrittenLayer(
                        Descriptor.of(family.layer(compression.kind()), blob.digest(), blob.sizeBytes()),
                        new DiffId(Digest.ofHash(Digest.Algorithm.SHA256, tar.hash())),
                        tar.writtenBytes(),
                        sink.entries());
            }
        }
    }

    private void unlessLeftOut(LayerEntry entry, LayerContent.Sink sink) throws IOException {
        if (isLeftOut(entry.path())) {
            return;
        }
        if (entry instanceof LayerEntry.HardLink link && isLeftOut(link.target())) {
            throw new LayerException(
                    LayerException.Kind.LAYER,
                    "\"/%s\" is another name of \"/%s\", which --ignore-path leaves out: leave out both, or none"
                            .formatted(link.path(), link.target()));
        }
        sink.accept(entry);
    }

    private boolean isLeftOut(PathBytes path) {
        return leftOut.stream().anyMatch(path::startsWith);
    }
}
