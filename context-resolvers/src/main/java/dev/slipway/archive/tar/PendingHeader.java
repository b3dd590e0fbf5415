package dev.slipway.archive.tar;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the extended headers say about the entry that follows them, and how it overrides that entry's own header. */
final class PendingHeader {
    private static final String SPARSE = "GNU.sparse.";

    private final Map<String, PaxRecords.PaxRecord> records = new HashMap<>();
    private final List<PaxRecords.PaxRecord> oldSparse = new ArrayList<>();
    private final GlobalHeader global;
    private byte @Nullable [] longName;
    private byte @Nullable [] longLinkName;
    private boolean isEmpty = true;
    private long heldBytes;

    PendingHeader(GlobalHeader global) {
        this.global = global;
    }

    boolean isEmpty() {
        return isEmpty;
    }

    void pax(List<PaxRecords.PaxRecord> added) throws TarException {
        isEmpty = false;
        for (PaxRecords.PaxRecord record : added) {
            heldBytes += record.heldBytes();
            if (heldBytes > PaxRecords.MOST_HELD_BYTES) {
                throw new TarException("the extended headers before it hold more than " + PaxRecords.MOST_HELD_BYTES
                        + " bytes of records");
            }
            // Format 0.0 says one segment in two records, over and over.
            if (record.key().equals(SPARSE + "offset") || record.key().equals(SPARSE + "numbytes")) {
                oldSparse.add(record);
            } else {
                records.put(record.key(), record);
            }
        }
    }

    void longName(byte[] name) {
        isEmpty = false;
        longName = name;
    }

    void longLinkName(byte[] name) {
        isEmpty = false;
        longLinkName = name;
    }

    String displayName(HeaderBlock header) {
        return EscapedName.of(name(header));
    }

    /** How many bytes of content the archive holds for the entry. */
    long storedBytes(HeaderBlock header) throws TarException {
        PaxRecords.PaxRecord record = find("size");
        long size = record == null ? header.sizeBytes() : PaxRecords.number(record);
        if (size < 0 || size > Long.MAX_VALUE - HeaderBlock.SIZE) {
            throw new TarException("its size is impossible: " + size);
        }
        return size;
    }

    boolean isSparse() {
        return !oldSparse.isEmpty() || records.containsKey(SPARSE + "map") || hasMapInContent();
    }

    boolean hasMapInContent() {
        PaxRecords.PaxRecord major = records.get(SPARSE + "major");
        return major != null && major.text().equals("1");
    }

    long realBytes() throws TarException {
        PaxRecords.PaxRecord size = records.get(SPARSE + "realsize");
        if (size == null) {
            size = records.get(SPARSE + "size");
        }
        if (size == null) {
            throw new TarException("it is a sparse file without a size");
        }
        return PaxRecords.number(size);
    }

    /** The segments of the formats 0.0 and 0.1, which stand in the records. */
    SparseMap map() throws TarException {
        SparseMap map = new SparseMap();
        PaxRecords.PaxRecord listed = records.get(SPARSE + "map");
        if (listed != null) {
            if (listed.value().length == 0) {
                return map;
            }
            String[] numbers = listed.text().split(",", -1);
            if (numbers.length % 2 != 0) {
                throw new TarException("its sparse map lacks a number");
            }
            for (int i = 0; i < numbers.length; i += 2) {
                map.add(number(numbers[i]), number(numbers[i + 1]));
            }
            return map;
        }
        if (oldSparse.size() % 2 != 0) {
            throw new TarException("its sparse map lacks a number");
        }
        for (int i = 0; i < oldSparse.size(); i += 2) {
            if (!oldSparse.get(i).key().endsWith("offset")
                    || !oldSparse.get(i + 1).key().endsWith("numbytes")) {
                throw new TarException("its sparse map is out of order");
            }
            map.add(PaxRecords.number(oldSparse.get(i)), PaxRecords.number(oldSparse.get(i + 1)));
        }
        return map;
    }

    private static long number(String text) throws TarException {
        return PaxRecords.number(new PaxRecords.PaxRecord(SPARSE + "map", text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    TarEntry entry(HeaderBlock header, long sizeBytes) throws TarException {
        byte[] name = name(header);
        TarType type = type(header, name);
        TarEntry.Builder entry = TarEntry.of(type, name)
                .permissions(header.permissions())
                .owner(id("uid", header), id("gid", header))
                .modified(modified(header))
                .xattrs(xattrs());
        if (type == TarType.FILE) {
            entry.sizeBytes(sizeBytes);
        }
        if (type.isLink()) {
            entry.linkName(linkName(header));
        }
        if (type.isDevice()) {
            entry.device(device(header.deviceMajor()), device(header.deviceMinor()));
        }
        try {
            return entry.build();
        } catch (IllegalArgumentException e) {
            throw new TarException(String.valueOf(e.getMessage()));
        }
    }

    private static TarType type(HeaderBlock header, byte[] name) throws TarException {
        char flag = header.type();
        return switch (flag) {
            // Before ustar a directory was known by its slash alone.
            case '0', 0, '7', 'S' -> name.length > 0 && name[name.length - 1] == '/' ? TarType.DIRECTORY : TarType.FILE;
            case '1' -> TarType.HARD_LINK;
            case '2' -> TarType.SYMLINK;
            case '3' -> TarType.CHARACTER_DEVICE;
            case '4' -> TarType.BLOCK_DEVICE;
            case '5', 'D' -> TarType.DIRECTORY;
            case '6' -> TarType.FIFO;
            default ->
                throw new TarException("its type "
                        + (flag > ' ' && flag < 0x7f ? "'" + flag + "'" : "0x" + Integer.toHexString(flag))
                        + " is none that tar knows, or one that needs several archives");
        };
    }

    private byte[] name(HeaderBlock header) {
        PaxRecords.PaxRecord record = records.get(SPARSE + "name");
        if (record == null || record.value().length == 0) {
            record = records.get("path");
        }
        if (record != null && record.value().length > 0) {
            return record.value();
        }
        return longName != null ? longName : header.name();
    }

    private byte[] linkName(HeaderBlock header) {
        PaxRecords.PaxRecord record = records.get("linkpath");
        if (record != null && record.value().length > 0) {
            return record.value();
        }
        return longLinkName != null ? longLinkName : header.linkName();
    }

    private long id(String key, HeaderBlock header) throws TarException {
        PaxRecords.PaxRecord record = find(key);
        if (record != null) {
            return PaxRecords.number(record);
        }
        return key.equals("uid") ? header.uid() : header.gid();
    }

    private Instant modified(HeaderBlock header) throws TarException {
        PaxRecords.PaxRecord record = find("mtime");
        if (record != null) {
            return PaxRecords.time(record);
        }
        long seconds = header.modifiedSeconds();
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException e) {
            throw new TarException("its time of modification is impossible: " + seconds);
        }
    }

    private static int device(long number) throws TarException {
        if (number < 0 || number > HeaderBlock.LARGEST_OCTAL_ID) {
            throw new TarException("its device number is impossible: " + number);
        }
        return (int) number;
    }

    private Xattrs xattrs() {
        TreeMap<String, byte[]> values = new TreeMap<>();
        for (PaxRecords.PaxRecord record : global.records()) {
            addXattr(record, values);
        }
        records.values().forEach(record -> addXattr(record, values));
        return Xattrs.of(values);
    }

    private static void addXattr(PaxRecords.PaxRecord record, Map<String, byte[]> values) {
        if (record.key().startsWith(PaxRecords.XATTR) && record.key().length() > PaxRecords.XATTR.length()) {
            values.put(PaxRecords.xattrName(record.key()), record.value());
        }
    }

    /** The local record, or else the global one; an empty local one gives the word back to the header. */
    private PaxRecords.@Nullable PaxRecord find(String key) {
        PaxRecords.PaxRecord local = records.get(key);
        if (local != null) {
            return local.value().length == 0 ? null : local;
        }
        for (PaxRecords.PaxRecord record : global.records()) {
            if (record.key().equals(key)) {
                return record;
            }
        }
        return null;
    }
}
