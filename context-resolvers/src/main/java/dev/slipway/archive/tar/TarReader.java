package dev.slipway.archive.tar;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive entry by entry: v7, ustar, star, old GNU (long names, sparse files, base-256 numbers) and PAX
 * (local and global headers, sparse formats 0.0, 0.1 and 1.0, binary extended attributes). Memory is bounded whatever
 * the archive claims, and an archive that is no good ends in a {@link TarException} that names the entry.
 *
 * <p>An archive may end without its two zero blocks, as those of some tools do, but never in mid entry. What follows the
 * zero blocks is left unread.
 */
public final class TarReader {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LARGEST_META_BYTES = 1 << 20;
    private static final int SKIP_BYTES = 1 << 13;

    private final Counted in;
    private final GlobalHeader global = new GlobalHeader();
    private long entryNumber;
    private @Nullable TarContent content;
    private long padding;
    private boolean ended;

    /** Reads from the stream as it needs to; whoever opened the stream closes it. */
    public TarReader(InputStream in) {
        this.in = new Counted(new BufferedInputStream(in, BUFFER_BYTES));
    }

    /** Moves to the next entry, passing over what is left of the current one's content; empty at the end. */
    public Optional<TarEntry> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        passContent();
        entryNumber++;
        PendingHeader pending = new PendingHeader(global);
        while (true) {
            HeaderBlock header = readHeader(pending);
            if (header == null) {
                ended = true;
                return Optional.empty();
            }
            try {
                if (!readMeta(header, pending)) {
                    return Optional.of(readEntry(header, pending));
                }
            } catch (TarException e) {
                throw new TarException(place(pending.displayName(header)) + ": " + e.getMessage());
            }
        }
    }

    /** The content of the current entry; empty for whatever isn't a file. */
    public TarContent content() {
        if (content == null) {
            throw new IllegalStateException("no entry is current");
        }
        return content;
    }

    /**
     * Where in the stream the content of the current entry begins, as long as none of it has been read: for those who
     * come back to it later. A sparse file's content isn't there as it is.
     */
    public long contentPosition() {
        return in.position;
    }

    /** Knows how far it has come. */
    private static final class Counted extends FilterInputStream {
        private long position;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            position += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            position += Math.max(0, read);
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            position += skipped;
            return skipped;
        }
    }

    /** Reads what follows the end of the archive, so that a digest over the whole stream can be taken below. */
    public void drain() throws IOException {
        byte[] rest = new byte[SKIP_BYTES];
        int read = 0;
        while (read >= 0) {
            read = in.read(rest);
        }
    }

    private String place(String name) {
        return "tar entry " + entryNumber + " \"" + name + "\"";
    }

    private @Nullable HeaderBlock readHeader(PendingHeader pending) throws IOException {
        byte[] block = in.readNBytes(HeaderBlock.SIZE);
        if (block.length == 0) {
            return atEnd(pending);
        }
        if (block.length < HeaderBlock.SIZE) {
            throw new TarException(
                    "tar entry " + entryNumber + ": the archive ends after " + block.length + " bytes of its header");
        }
        HeaderBlock header = new HeaderBlock(block);
        if (header.isZero()) {
            byte[] second = in.readNBytes(HeaderBlock.SIZE);
            if (second.length == HeaderBlock.SIZE && !new HeaderBlock(second).isZero()) {
                throw new TarException("tar entry " + entryNumber + ": a single block of zeros stands before it");
            }
            return atEnd(pending);
        }
        if (!header.hasValidChecksum()) {
            throw new TarException("tar entry " + entryNumber
                    + (entryNumber == 1 ? ": not a tar header" : ": its header's checksum is wrong"));
        }
        return header;
    }

    private @Nullable HeaderBlock atEnd(PendingHeader pending) throws TarException {
        if (!pending.isEmpty()) {
            throw new TarException(
                    "tar entry " + entryNumber + ": the archive ends after its extended header, before the entry");
        }
        return null;
    }

    /** Takes in a header that only tells about the next one; false if this is an entry itself. */
    private boolean readMeta(HeaderBlock header, PendingHeader pending) throws IOException {
        switch (header.type()) {
            case 'x', 'X' -> pending.pax(PaxRecords.parse(readMetaContent(header)));
            case 'g' -> global.add(PaxRecords.parse(readMetaContent(header)));
            case 'L' -> pending.longName(withoutNul(readMetaContent(header)));
            case 'K' -> pending.longLinkName(withoutNul(readMetaContent(header)));
            case 'V' -> readMetaContent(header);
            default -> {
                return false;
            }
        }
        return true;
    }

    private byte[] readMetaContent(HeaderBlock header) throws IOException {
        long size = header.sizeBytes();
        if (size < 0 || size > LARGEST_META_BYTES) {
            throw new TarException("its extended header claims " + size + " bytes; more than " + LARGEST_META_BYTES
                    + " are not accepted");
        }
        byte[] meta = in.readNBytes((int) size);
        long missing = size - meta.length;
        if (missing == 0) {
            missing = paddingOf(size) - in.readNBytes((int) paddingOf(size)).length;
        }
        if (missing > 0) {
            throw new TarException("the archive ends within its extended header");
        }
        return meta;
    }

    private static byte[] withoutNul(byte[] text) {
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return Arrays.copyOf(text, end);
    }

    private TarEntry readEntry(HeaderBlock header, PendingHeader pending) throws IOException {
        char flag = header.type();
        SparseMap map = null;
        long stored = pending.storedBytes(header);
        long real = stored;
        if (flag == 'S') {
            if (!header.isGnu()) {
                throw new TarException("its type 'S' is GNU tar's, but its header is not");
            }
            real = header.number(HeaderBlock.GNU_REAL_SIZE, 12);
            map = readOldGnuMap(header);
        } else if (pending.isSparse()) {
            real = pending.realBytes();
            if (pending.hasMapInContent()) {
                map = new SparseMap();
                stored -= readMapFromContent(map, stored);
            } else {
                map = pending.map();
            }
        }
        TarEntry entry = pending.entry(header, real);
        if (entry.type() != TarType.FILE) {
            // GNU tar's dump directories carry a list of names; a size in any other such header means nothing.
            stored = flag == 'D' ? stored : 0;
            map = null;
        } else if (map != null) {
            map.check(real, stored);
        }
        content = new TarContent(in, place(entry.displayName()), entry.sizeBytes(), stored, map);
        padding = paddingOf(stored);
        return entry;
    }

    private SparseMap readOldGnuMap(HeaderBlock header) throws IOException {
        SparseMap map = new SparseMap();
        boolean more = addSlots(header, HeaderBlock.GNU_SPARSE, HeaderBlock.GNU_SPARSE_SLOTS, map)
                && header.flagAt(HeaderBlock.GNU_IS_EXTENDED) != 0;
        long extensions = 0;
        while (more) {
            byte[] block = in.readNBytes(HeaderBlock.SIZE);
            if (block.length < HeaderBlock.SIZE) {
                throw new TarException("the archive ends within its sparse map");
            }
            HeaderBlock extension = new HeaderBlock(block);
            more = addSlots(extension, 0, HeaderBlock.EXTENSION_SLOTS, map)
                    && extension.flagAt(HeaderBlock.EXTENSION_IS_EXTENDED) != 0;
            if (++extensions > SparseMap.LARGEST_FILE / HeaderBlock.SIZE) {
                throw new TarException("its sparse map does not end");
            }
        }
        return map;
    }

    /** Adds the segments of one block; false where the list ends in it. */
    private static boolean addSlots(HeaderBlock block, int offset, int slots, SparseMap map) throws TarException {
        for (int i = 0; i < slots; i++) {
            int at = offset + 24 * i;
            if (block.flagAt(at) == 0 || block.flagAt(at + 12) == 0) {
                return false;
            }
            map.add(block.number(at, 12), block.number(at + 12, 12));
        }
        return true;
    }

    /** Sparse format 1.0: decimal numbers, one a line, in whole blocks before the data. */
    private long readMapFromContent(SparseMap map, long stored) throws IOException {
        SparseMapText text = new SparseMapText(in, stored);
        long segments = text.number();
        for (long i = 0; i < segments; i++) {
            long offset = text.number();
            map.add(offset, text.number());
        }
        return text.consumedBytes();
    }

    private void passContent() throws IOException {
        if (content == null) {
            return;
        }
        long left = content.storedLeft() + padding;
        byte[] sink = new byte[SKIP_BYTES];
        while (left > 0) {
            int read = in.read(sink, 0, (int) Math.min(left, sink.length));
            if (read < 0) {
                // Some writers leave out the last entry's padding along with the zero blocks.
                if (left <= padding) {
                    break;
                }
                throw new TarException("tar entry " + entryNumber + ": the archive ends " + (left - padding)
                        + " bytes before the end of its content");
            }
            left -= read;
        }
        content = null;
    }

    private static long paddingOf(long size) {
        return -size & (HeaderBlock.SIZE - 1);
    }
}
