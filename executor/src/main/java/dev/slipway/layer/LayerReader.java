package dev.slipway.layer;

import dev.slipway.archive.ArchivePath;
import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.TarContent;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.archive.tar.TarType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the changes of a layer from its tar. Names of old images that begin with a slash or {@code ./} are read as what
 * they mean, and {@code ..} at the top stays there (OCI image spec, "Image Layer Filesystem Changeset").
 *
 * <p>A file's content can be opened once, and only while its entry is the current one.
 */
public final class LayerReader {
    /** PATH_MAX without its NUL. */
    private static final int LONGEST_PATH_BYTES = 4095;

    private final TarReader tar;

    /** Reads an uncompressed tar; {@link LayerStream} makes one of a blob. */
    public LayerReader(InputStream in) {
        this.tar = new TarReader(in);
    }

    /** The next change; empty at the end, when everything behind the tar's end has been read, too. */
    public Optional<LayerEntry> next() throws IOException {
        while (true) {
            Optional<TarEntry> next = tar.next();
            if (next.isEmpty()) {
                tar.drain();
                return Optional.empty();
            }
            Optional<LayerEntry> entry = convert(next.get());
            if (entry.isPresent()) {
                return entry;
            }
        }
    }

    private Optional<LayerEntry> convert(TarEntry entry) throws LayerException {
        PathBytes path = ArchivePath.clamped(entry.name());
        if (path.length() > LONGEST_PATH_BYTES) {
            throw malformed(
                    entry,
                    "has a name of " + path.length() + " bytes; no system takes more than " + LONGEST_PATH_BYTES);
        }
        for (PathBytes component : path.components()) {
            if (Whiteouts.isAufsMetadata(component)) {
                return Optional.empty();
            }
        }
        for (PathBytes up = path.parent(); !up.isEmpty(); up = up.parent()) {
            if (Whiteouts.isReserved(up.name())) {
                throw malformed(entry, "lies below \"" + up + "\", which is a mark and no directory");
            }
        }
        if (Whiteouts.isReserved(path.name())) {
            return Optional.of(whiteout(entry, path));
        }
        if (path.isEmpty() && entry.type() != TarType.DIRECTORY) {
            throw malformed(entry, "would replace the root");
        }
        EntryAttributes attributes = new EntryAttributes(
                entry.permissions(),
                entry.uid(),
                entry.gid(),
                entry.modified(),
                entry.xattrs().only(LayerXattrs::belongInLayer));
        return Optional.of(
                switch (entry.type()) {
                    case FILE -> new LayerEntry.File(path, attributes, entry.sizeBytes(), content(entry));
                    case DIRECTORY -> new LayerEntry.Directory(path, attributes);
                    case SYMLINK -> new LayerEntry.Symlink(path, attributes, entry.linkName());
                    case HARD_LINK -> new LayerEntry.HardLink(path, attributes, target(entry));
                    case CHARACTER_DEVICE, BLOCK_DEVICE ->
                        new LayerEntry.Device(
                                path,
                                attributes,
                                entry.type() == TarType.BLOCK_DEVICE,
                                entry.deviceMajor(),
                                entry.deviceMinor());
                    case FIFO -> new LayerEntry.Fifo(path, attributes);
                });
    }

    private static LayerEntry whiteout(TarEntry entry, PathBytes path) throws LayerException {
        if (path.name().equals(Whiteouts.OPAQUE)) {
            return new LayerEntry.Opaque(path.parent());
        }
        PathBytes target = Whiteouts.targetOf(path.name());
        if (target.isEmpty()) {
            throw malformed(entry, "is a whiteout of nothing");
        }
        return new LayerEntry.Whiteout(path.parent().resolve(target));
    }

    private static PathBytes target(TarEntry entry) throws LayerException {
        PathBytes target = ArchivePath.clamped(entry.linkName());
        if (target.isEmpty()) {
            throw malformed(entry, "is a hard link to the root");
        }
        return target;
    }

    private FileContent content(TarEntry entry) {
        TarContent content = tar.content();
        return () -> new FileContent.Source() {
            @Override
            public long sizeBytes() {
                return entry.sizeBytes();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return content.read(into, offset, length);
            }

            @Override
            public long skipHole() {
                return content.skipHole();
            }

            @Override
            public void close() {}
        };
    }

    private static LayerException malformed(TarEntry entry, String what) {
        return new LayerException(LayerException.Kind.LAYER, "layer entry \"" + entry.displayName() + "\" " + what);
    }
}
