package dev.slipway.rootfs;

import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.layer.LayerReader;
import dev.slipway.layer.LayerStream;
import dev.slipway.layer.WindowsLayout;
import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.stream.BlockInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one layer's files, for a tree that was never extracted. A first small file is read by passing over the
 * layer up to it, as {@code --chown=name} needs no more than that; whoever wants more gets all contents laid out in one
 * file of this build's own, which costs one more pass.
 */
final class LayerFiles implements AutoCloseable {
    private static final long SMALL_BYTES = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 17;

    private final ImageLayer layer;
    private final Directory directory;
    private final PathBytes name;
    private final Map<Long, Long> offsets = new HashMap<>();
    private boolean wasAsked;
    private @Nullable OpenFile spool;

    /** @param name a name in {@code directory} that nobody else uses */
    LayerFiles(ImageLayer layer, Directory directory, PathBytes name) {
        this.layer = layer;
        this.directory = directory;
        this.name = name;
    }

    /** Takes a layer's entries, in their order and with their numbers. */
    @FunctionalInterface
    interface Visitor {
        /** @return whether to go on */
        boolean visit(long number, LayerEntry entry) throws IOException;
    }

    /** Passes over the layer; one that is read to its end is verified. */
    void forEach(Visitor visitor) throws IOException {
        try (InputStream blob = layer.source().open();
                LayerStream stream = LayerStream.open(blob, layer.descriptor(), Optional.of(layer.diffId()))) {
            boolean toTheEnd;
            try {
                toTheEnd = forEach(new LayerReader(stream), visitor);
            } catch (IOException e) {
                throw stream.explain(e);
            }
            if (toTheEnd) {
                stream.verify();
            }
        }
    }

    private boolean forEach(LayerReader reader, Visitor visitor) throws IOException {
        long number = 0;
        for (Optional<LayerEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            Optional<LayerEntry> entry = layer.windows() ? WindowsLayout.inner(next.get()) : next;
            if (entry.isPresent() && !visitor.visit(number, entry.get())) {
                return false;
            }
            number++;
        }
        return true;
    }

    /** The content of the file that is the layer's entry of that number. */
    FileContent content(long number, long sizeBytes) {
        return FileContent.of(sizeBytes, () -> open(number, sizeBytes));
    }

    private synchronized InputStream open(long number, long sizeBytes) throws IOException {
        if (spool == null && !wasAsked && sizeBytes <= SMALL_BYTES) {
            wasAsked = true;
            return new ByteArrayInputStream(readOne(number));
        }
        OpenFile laidOut = spool;
        if (laidOut == null) {
            laidOut = layOut();
            spool = laidOut;
        }
        Long offset = offsets.get(number);
        if (offset == null) {
            throw new IOException("the layer " + layer.descriptor().digest() + " is not the one that was read before");
        }
        return new Range(laidOut, offset, offset + sizeBytes);
    }

    private byte[] readOne(long wanted) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        forEach((number, entry) -> {
            if (number == wanted && entry instanceof LayerEntry.File file) {
                byte[] buffer = new byte[BUFFER_BYTES];
                try (FileContent.Source source = file.content().open()) {
                    for (int read = source.read(buffer, 0, buffer.length);
                            read >= 0;
                            read = source.read(buffer, 0, buffer.length)) {
                        bytes.write(buffer, 0, read);
                    }
                }
            }
            return number < wanted;
        });
        return bytes.toByteArray();
    }

    private OpenFile layOut() throws IOException {
        OpenFile file = directory.createFile(name, 0600);
        try {
            // Nobody else needs its name, and without one it goes away with the process.
            directory.unlink(name);
            byte[] buffer = new byte[BUFFER_BYTES];
            long[] end = {0};
            forEach((number, entry) -> {
                if (entry instanceof LayerEntry.File regular) {
                    offsets.put(number, end[0]);
                    end[0] = append(regular, file, end[0], buffer);
                }
                return true;
            });
            file.truncate(end[0]);
            return file;
        } catch (IOException | RuntimeException e) {
            offsets.clear();
            file.close();
            throw e;
        }
    }

    private static long append(LayerEntry.File regular, OpenFile file, long start, byte[] buffer) throws IOException {
        long position = start;
        try (FileContent.Source source = regular.content().open()) {
            while (true) {
                position += source.skipHole();
                int read = source.read(buffer, 0, buffer.length);
                if (read < 0) {
                    return position;
                }
                file.position(position);
                file.write(buffer, 0, read);
                position += read;
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (spool != null) {
            spool.close();
        }
    }

    /** A part of a file, read by position so that several may be read side by side. */
    private static final class Range extends BlockInputStream {
        private final OpenFile file;
        private final long end;
        private long position;

        Range(OpenFile file, long start, long end) {
            this.file = file;
            this.position = start;
            this.end = end;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (position >= end) {
                return length == 0 ? 0 : -1;
            }
            int read = file.read(position, into, offset, (int) Math.min(length, end - position));
            position += Math.max(0, read);
            return read;
        }
    }
}
