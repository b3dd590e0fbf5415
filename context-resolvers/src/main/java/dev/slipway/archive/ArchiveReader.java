package dev.slipway.archive;

import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarException;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.archive.tar.TarType;
import dev.slipway.posix.PathBytes;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads a foreign archive, compressed or not, entry by entry, and holds it to its limits on the way. It touches no file:
 * {@link ArchiveExtractor} writes the entries into a context's directory.
 */
public final class ArchiveReader implements AutoCloseable {
    /** What becomes of a name that is absolute, or leads out of the destination by {@code ..}. */
    public enum Escapes {
        /** It is an error (contexts.md, "Hostile input"). */
        REFUSED,
        /** It ends inside, as if the destination were the root. */
        CLAMPED
    }

    /** PATH_MAX without its NUL. */
    private static final int LONGEST_NAME_BYTES = 4095;

    private final SourceStream source;
    private final InputStream unpacked;
    private final Compression compression;
    private final TarReader tar;
    private final ArchiveLimits limits;
    private final Escapes escapes;
    private long entries;
    private long fileBytes;
    private String latest = "";

    private ArchiveReader(
            SourceStream source, Compression compression, InputStream unpacked, ArchiveLimits limits, Escapes escapes) {
        this.source = source;
        this.compression = compression;
        this.limits = limits;
        this.escapes = escapes;
        this.unpacked = new RatioGuard(unpacked);
        this.tar = new TarReader(this.unpacked);
    }

    /** Recognises the compression and begins to read. Closing the reader closes the stream. */
    public static ArchiveReader open(InputStream in, ArchiveLimits limits, Escapes escapes) throws IOException {
        SourceStream source = new SourceStream(in, true);
        Compression.Detected detected = Compression.detect(source);
        Compression compression = detected.compression();
        try {
            return new ArchiveReader(source, compression, compression.decompress(detected.stream()), limits, escapes);
        } catch (IOException e) {
            throw source.failed() ? e : damaged(compression, e);
        }
    }

    /**
     * Whether a file is an archive that {@code ADD} unpacks: a first entry can be read from it. A compressed file that
     * holds no tar is none, and neither is one of zeros alone. Reads from the stream, and doesn't close it.
     */
    public static boolean isArchive(InputStream in) throws IOException {
        SourceStream source = new SourceStream(in, false);
        Compression.Detected detected = Compression.detect(source);
        try (InputStream unpacked = detected.compression().decompress(detected.stream())) {
            return new TarReader(unpacked).next().isPresent();
        } catch (IOException e) {
            if (source.failed()) {
                throw e;
            }
            return false;
        }
    }

    public Compression compression() {
        return compression;
    }

    /** Moves to the next entry, whatever is left of the current one; empty at the end of the archive. */
    public Optional<ArchiveEntry> next() throws IOException {
        Optional<TarEntry> next;
        try {
            next = tar.next();
            if (next.isEmpty()) {
                // What follows the archive's end must at least decompress: a cut-off download shows here.
                tar.drain();
                return Optional.empty();
            }
        } catch (IOException e) {
            throw explained(e);
        }
        TarEntry entry = next.get();
        latest = entry.displayName();
        if (++entries > limits.mostEntries()) {
            throw new ArchiveException("the archive has more than " + limits.mostEntries() + " entries; entry \""
                    + entry.displayName() + "\" is one too many");
        }
        if (entry.sizeBytes() > limits.largestBytes() - fileBytes) {
            throw new ArchiveException("the archive's files are larger than the limit of " + limits.largestBytes()
                    + " bytes; entry \"" + entry.displayName() + "\" with " + entry.sizeBytes()
                    + " bytes is one too many");
        }
        fileBytes += entry.sizeBytes();
        return Optional.of(convert(entry));
    }

    /** The content of the current entry, until the next one. */
    public InputStream content() {
        return new FilterInputStream(tar.content()) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    return in.read(bytes, offset, length);
                } catch (IOException e) {
                    throw explained(e);
                }
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }
        };
    }

    /** How many bytes the files so far have. */
    public long fileBytes() {
        return fileBytes;
    }

    /** How many entries have come so far. */
    public long entries() {
        return entries;
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
    }

    private ArchiveEntry convert(TarEntry entry) throws ArchiveException {
        PathBytes path = path(entry, entry.name(), "its name");
        EntryAttributes attributes =
                new EntryAttributes(entry.permissions(), entry.uid(), entry.gid(), entry.modified(), entry.xattrs());
        return switch (entry.type()) {
            case FILE -> new ArchiveEntry.File(named(entry, path), attributes, entry.sizeBytes());
            case DIRECTORY -> new ArchiveEntry.Directory(path, attributes);
            case SYMLINK -> new ArchiveEntry.Symlink(named(entry, path), attributes, entry.linkName());
            case HARD_LINK ->
                new ArchiveEntry.HardLink(
                        named(entry, path),
                        attributes,
                        named(entry, path(entry, entry.linkName(), "the file it is a hard link to")));
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                new ArchiveEntry.Device(
                        named(entry, path),
                        attributes,
                        entry.type() == TarType.BLOCK_DEVICE,
                        entry.deviceMajor(),
                        entry.deviceMinor());
            case FIFO -> new ArchiveEntry.Fifo(named(entry, path), attributes);
        };
    }

    private PathBytes path(TarEntry entry, byte[] name, String what) throws ArchiveException {
        if (name.length > LONGEST_NAME_BYTES) {
            throw new ArchiveException("archive entry \"" + entry.displayName() + "\": " + what + " has " + name.length
                    + " bytes; no system takes more than " + LONGEST_NAME_BYTES);
        }
        return switch (escapes) {
            case CLAMPED -> ArchivePath.clamped(name);
            case REFUSED ->
                ArchivePath.confined(name)
                        .orElseThrow(() -> new ArchiveException("archive entry \"" + entry.displayName() + "\": " + what
                                + " is absolute or leads out of the archive"));
        };
    }

    private static PathBytes named(TarEntry entry, PathBytes path) throws ArchiveException {
        if (path.isEmpty()) {
            throw new ArchiveException("archive entry \"" + entry.displayName()
                    + "\" would replace the directory that the archive is unpacked into");
        }
        return path;
    }

    private IOException explained(IOException e) {
        return source.failed() || e instanceof TarException || e instanceof ArchiveException
                ? e
                : damaged(compression, e);
    }

    private static ArchiveException damaged(Compression compression, IOException e) {
        return new ArchiveException(
                "the archive's " + compression + " data is damaged or cut off (" + e.getMessage() + ")", e);
    }

    private final class RatioGuard extends FilterInputStream {
        private long unpackedBytes;

        RatioGuard(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            unpackedBytes += Math.max(0, read);
            if (unpackedBytes > limits.ratioFreeBytes()
                    && unpackedBytes / Math.max(1, source.readBytes()) > limits.largestRatio()) {
                throw new ArchiveException("the archive unpacks to more than " + limits.largestRatio()
                        + " times its size (" + unpackedBytes + " bytes so far, "
                        + (entries == 0 ? "before the first entry" : "at entry \"" + latest + '"')
                        + "): a decompression bomb");
            }
            return read;
        }
    }
}
