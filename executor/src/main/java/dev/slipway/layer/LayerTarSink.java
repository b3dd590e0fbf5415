package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the entries of a layer into those of a tar: names, whiteout marks, times, contents. */
final class LayerTarSink implements LayerContent.Sink {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] ZEROS = new byte[1 << 16];

    private final TarWriter tar;
    private final TimePolicy times;
    private final ChecksumListener listener;
    private final boolean checksums;
    private final boolean windows;
    private final ContentChecksum checksum = new ContentChecksum();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private @Nullable LayerEntry previous;
    private long entries;

    LayerTarSink(TarWriter tar, TimePolicy times, ChecksumListener listener, boolean windows) {
        this.windows = windows;
        this.tar = tar;
        this.times = times;
        this.listener = listener;
        this.checksums = !Objects.equals(listener, ChecksumListener.NONE);
    }

    long entries() {
        return entries;
    }

    void finish() throws IOException {
        tar.finish();
    }

    @Override
    public void accept(LayerEntry entry) throws IOException {
        checkOrder(entry);
        switch (entry) {
            case LayerEntry.File file -> writeFile(file);
            case LayerEntry.Directory directory -> {
                tar.begin(header(TarType.DIRECTORY, directoryName(directory.path()), directory.attributes())
                        .build());
                tell(directory, 0);
            }
            case LayerEntry.Symlink link -> {
                tar.begin(header(TarType.SYMLINK, name(link.path()), link.attributes())
                        .linkName(link.target())
                        .build());
                tell(link, 0);
            }
            case LayerEntry.HardLink link -> {
                tar.begin(header(TarType.HARD_LINK, name(link.path()), link.attributes())
                        .linkName(link.target().toByteArray())
                        .build());
                if (checksums) {
                    listener.hardLink(link.path(), link.target());
                }
            }
            case LayerEntry.Device device -> {
                tar.begin(header(
                                device.isBlock() ? TarType.BLOCK_DEVICE : TarType.CHARACTER_DEVICE,
                                name(device.path()),
                                device.attributes())
                        .device(device.major(), device.minor())
                        .build());
                tell(device, 0);
            }
            case LayerEntry.Fifo fifo -> {
                tar.begin(header(TarType.FIFO, name(fifo.path()), fifo.attributes())
                        .build());
                tell(fifo, 0);
            }
            case LayerEntry.Whiteout whiteout ->
                tar.begin(TarEntry.of(
                                TarType.FILE, Whiteouts.nameOf(whiteout.path()).toByteArray())
                        .build());
            case LayerEntry.Opaque opaque ->
                tar.begin(TarEntry.of(
                                TarType.FILE,
                                opaque.path().resolve(Whiteouts.OPAQUE).toByteArray())
                        .build());
        }
        previous = entry;
        entries++;
    }

    private void checkOrder(LayerEntry entry) throws LayerException {
        if (previous != null) {
            int order = previous.path().compareTo(entry.path());
            boolean opaqueAfterItsDirectory =
                    entry instanceof LayerEntry.Opaque && previous instanceof LayerEntry.Directory && order == 0;
            if (order >= 0 && !opaqueAfterItsDirectory) {
                throw new IllegalStateException("layer entry \"" + entry.path() + "\" comes after \"" + previous.path()
                        + "\": entries must be in order, each path once");
            }
        }
        if (Whiteouts.isReserved(entry.path().name())) {
            throw new LayerException(
                    LayerException.Kind.LAYER,
                    "\"/" + entry.path() + "\" can't be in a layer: in names that begin with \".wh.\" image layers say"
                            + " what was removed. Rename or remove it in the step that makes it");
        }
    }

    private TarEntry.Builder header(TarType type, byte[] name, EntryAttributes attributes) {
        return TarEntry.of(type, name)
                .vendorRecords(windows ? WindowsLayout.records(type) : Map.of())
                .permissions(attributes.permissions())
                .owner(attributes.uid(), attributes.gid())
                .modified(times.apply(attributes.modified()))
                .xattrs(windows ? Xattrs.NONE : attributes.xattrs().only(LayerXattrs::belongInLayer));
    }

    private static byte[] name(PathBytes path) {
        return path.toByteArray();
    }

    private static byte[] directoryName(PathBytes path) {
        if (path.isEmpty()) {
            // The root has no other name; every reader takes this one.
            return "./".getBytes(US_ASCII);
        }
        byte[] name = Arrays.copyOf(path.toByteArray(), path.length() + 1);
        name[path.length()] = '/';
        return name;
    }

    private void tell(LayerEntry.Addition entry, long content) {
        if (checksums) {
            listener.file(
                    entry.path(),
                    new ChecksumListener.Checksums(
                            content, LayerXattrs.checksum(entry.attributes().xattrs())));
        }
    }

    private void writeFile(LayerEntry.File file) throws IOException {
        checksum.reset();
        try (FileContent.Source source = file.content().open()) {
            if (source.sizeBytes() < buffer.length) {
                writeSmall(file, source);
            } else {
                writeLarge(file, source);
            }
        }
        tell(file, checksums ? checksum.value() : 0);
    }

    /** Read before its length is written down, so it may change in the meantime without harm. */
    private void writeSmall(LayerEntry.File file, FileContent.Source source) throws IOException {
        int length = fill(source);
        if (length == buffer.length) {
            throw new FileChangedException(file.path(), source.sizeBytes(), "became longer");
        }
        tar.begin(header(TarType.FILE, name(file.path()), file.attributes())
                .sizeBytes(length)
                .build());
        write(buffer, length);
    }

    private void writeLarge(LayerEntry.File file, FileContent.Source source) throws IOException {
        long size = source.sizeBytes();
        tar.begin(header(TarType.FILE, name(file.path()), file.attributes())
                .sizeBytes(size)
                .build());
        long left = size;
        while (left > 0) {
            long hole = Math.min(source.skipHole(), left);
            left -= hole;
            while (hole > 0) {
                int part = (int) Math.min(hole, ZEROS.length);
                write(ZEROS, part);
                hole -= part;
            }
            if (left > 0) {
                int read = source.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new FileChangedException(file.path(), size, "became shorter");
                }
                write(buffer, read);
                left -= read;
            }
        }
        if (source.read(buffer, 0, 1) >= 0) {
            throw new FileChangedException(file.path(), size, "became longer");
        }
    }

    private int fill(FileContent.Source source) throws IOException {
        int length = 0;
        while (length < buffer.length) {
            int read = source.read(buffer, length, buffer.length - length);
            if (read < 0) {
                return length;
            }
            length += read;
        }
        return length;
    }

    private void write(byte[] bytes, int length) throws IOException {
        if (checksums) {
            checksum.update(bytes, 0, length);
        }
        tar.write(bytes, 0, length);
    }
}
