package dev.slipway.archive.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Writes a PAX archive whose bytes depend on nothing but the entries: a plain ustar header wherever that can say
 * everything, else one extended header before it with just the records needed, sorted by key. No user or group names, no
 * access times, no process ids.
 *
 * <p>Hand in a stream that gathers small writes.
 */
public final class TarWriter {
    private static final byte[] PAX_NAME = {'P', 'a', 'x', 'H', 'e', 'a', 'd', 'e', 'r', 's', '.', '0', '/', 'x'};
    private static final byte[] NOTHING = {};
    private static final byte[] ZEROS = new byte[2 * HeaderBlock.SIZE];
    // Go's reader, and so containerd and Docker, accepts no more.
    private static final int LARGEST_EXTENDED_HEADER = 1 << 20;

    private final OutputStream out;
    private @Nullable TarEntry current;
    private long left;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Begins an entry; exactly its size is then to be written before the next one. */
    public void begin(TarEntry entry) throws IOException {
        endContent();
        byte[] name = entry.name();
        if (entry.type() == TarType.FILE && name[name.length - 1] == '/') {
            throw new TarException("tar entry \"" + entry.displayName()
                    + "\" can't be written: a file whose name ends with a slash would be read as a directory");
        }
        UstarName ustarName = UstarName.of(name);
        byte[] linkName = entry.linkName();
        byte[] records = records(entry, ustarName, name, linkName);
        if (records.length > 0) {
            if (records.length > LARGEST_EXTENDED_HEADER) {
                throw new TarException("tar entry \"" + entry.displayName() + "\" can't be written: its extended header"
                        + " of " + records.length + " bytes is more than readers accept (" + LARGEST_EXTENDED_HEADER
                        + "); it has extended attributes " + entry.xattrs());
            }
            out.write(HeaderBlock.write('x', UstarName.of(PAX_NAME), NOTHING, 0644, 0, 0, records.length, 0, 0, 0));
            out.write(records);
            pad(records.length);
        }
        out.write(HeaderBlock.write(
                entry.type().flag(),
                ustarName,
                linkName,
                entry.permissions(),
                entry.uid(),
                entry.gid(),
                entry.sizeBytes(),
                entry.modified().getEpochSecond(),
                entry.deviceMajor(),
                entry.deviceMinor()));
        current = entry;
        left = entry.sizeBytes();
    }

    private static byte[] records(TarEntry entry, UstarName ustarName, byte[] name, byte[] linkName) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        entry.xattrs()
                .names()
                .forEach(xattr -> PaxRecords.write(
                        PaxRecords.xattrKey(xattr), entry.xattrs().value(xattr).orElse(NOTHING), records));
        entry.vendorRecords().forEach((key, value) -> PaxRecords.write(key, value, records));
        if (entry.gid() > HeaderBlock.LARGEST_OCTAL_ID) {
            PaxRecords.write("gid", Long.toString(entry.gid()), records);
        }
        if (linkName.length > HeaderBlock.LINK_NAME_LENGTH) {
            PaxRecords.write("linkpath", linkName, records);
        }
        Instant modified = entry.modified();
        long seconds = modified.getEpochSecond();
        if (modified.getNano() != 0 || seconds < 0 || seconds > HeaderBlock.LARGEST_OCTAL_SIZE) {
            PaxRecords.write("mtime", PaxRecords.format(modified), records);
        }
        if (!ustarName.fits()) {
            PaxRecords.write("path", name, records);
        }
        if (entry.sizeBytes() > HeaderBlock.LARGEST_OCTAL_SIZE) {
            PaxRecords.write("size", Long.toString(entry.sizeBytes()), records);
        }
        if (entry.uid() > HeaderBlock.LARGEST_OCTAL_ID) {
            PaxRecords.write("uid", Long.toString(entry.uid()), records);
        }
        return records.toByteArray();
    }

    /** Writes content of the current entry. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > left) {
            throw new TarException("tar entry \"" + (current == null ? "" : current.displayName())
                    + "\" got more content than the " + (current == null ? 0 : current.sizeBytes())
                    + " bytes that its header says");
        }
        out.write(bytes, offset, length);
        left -= length;
    }

    /** Ends the archive with its two zero blocks. The stream stays open. */
    public void finish() throws IOException {
        endContent();
        out.write(ZEROS);
    }

    private void endContent() throws IOException {
        if (current == null) {
            return;
        }
        if (left > 0) {
            throw new TarException("tar entry \"" + current.displayName() + "\" lacks " + left + " of the "
                    + current.sizeBytes() + " bytes that its header says");
        }
        pad(current.sizeBytes());
        current = null;
    }

    private void pad(long size) throws IOException {
        out.write(ZEROS, 0, (int) (-size & (HeaderBlock.SIZE - 1)));
    }
}
