package dev.slipway.attest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the large values of a Berkeley DB hash file, as Oracle's {@code db_page.h} lays it out. Only what rpm's needs: a
 * package's header is larger than a quarter of a page, so that it always lies in a chain of overflow pages.
 */
final class BerkeleyHash {
    private static final int MAGIC = 0x00061561;
    private static final int MAGIC_AT = 12;
    private static final int PAGE_SIZE_AT = 20;
    private static final int LAST_PAGE_AT = 32;

    private static final int NEXT_PAGE_AT = 16;
    private static final int ENTRIES_AT = 20;
    private static final int USED_AT = 22;
    private static final int KIND_AT = 25;
    private static final int HEADER_BYTES = 26;

    private static final int HASH_UNSORTED = 2;
    private static final int OVERFLOW = 7;
    private static final int HASH = 13;

    /** An entry that lies elsewhere: its kind, three bytes of nothing, the first page, the length. */
    private static final int OFF_PAGE = 3;

    private final ByteBuffer file;
    private final int pageBytes;
    private final int lastPage;

    BerkeleyHash(byte[] database) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(database);
        if (database.length < 512) {
            throw new MalformedPackagesException("not a Berkeley DB");
        }
        // Written in the order of the machine that rpm ran on.
        ByteOrder order = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(MAGIC_AT) == MAGIC
                ? ByteOrder.LITTLE_ENDIAN
                : ByteOrder.BIG_ENDIAN;
        file = bytes.order(order);
        if (file.getInt(MAGIC_AT) != MAGIC) {
            throw new MalformedPackagesException("not a Berkeley DB of hashed pages");
        }
        pageBytes = file.getInt(PAGE_SIZE_AT);
        lastPage = file.getInt(LAST_PAGE_AT);
        if (pageBytes < 512 || pageBytes > 65536 || lastPage < 0 || lastPage > database.length / pageBytes) {
            throw new MalformedPackagesException("a Berkeley DB of %d pages of %d bytes in a file of %d bytes"
                    .formatted(lastPage + 1L, pageBytes, database.length));
        }
    }

    /** Every value that has pages of its own. */
    List<byte[]> values() throws IOException {
        List<byte[]> values = new ArrayList<>();
        long bytes = 0;
        for (int page = 0; page <= lastPage && (page + 1L) * pageBytes <= file.capacity(); page++) {
            int start = page * pageBytes;
            int kind = file.get(start + KIND_AT);
            if (kind != HASH && kind != HASH_UNSORTED) {
                continue;
            }
            int entries = file.getShort(start + ENTRIES_AT) & 0xffff;
            for (int value = 1; value < entries; value += 2) { // keys and values take turns
                int at = start + (file.getShort(start + HEADER_BYTES + 2 * value) & 0xffff);
                if (file.get(at) == OFF_PAGE) {
                    int length = file.getInt(at + 8);
                    bytes += length;
                    if (length <= 0 || bytes > file.capacity()) { // many may name the same pages
                        throw new MalformedPackagesException("its values are longer than the file");
                    }
                    values.add(chain(file.getInt(at + 4), length));
                }
            }
        }
        return values;
    }

    private byte[] chain(int firstPage, int length) throws IOException {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (int page = firstPage; page != 0; page = file.getInt(page * pageBytes + NEXT_PAGE_AT)) {
            if (page < 0 || page > lastPage) {
                throw new MalformedPackagesException("page %d is none of this file's".formatted(page));
            }
            int start = page * pageBytes;
            int used = file.getShort(start + USED_AT) & 0xffff;
            if (file.get(start + KIND_AT) != OVERFLOW || used == 0 || used > pageBytes - HEADER_BYTES) {
                throw new MalformedPackagesException("page %d is none that a long value goes on in".formatted(page));
            }
            value.write(file.array(), start + HEADER_BYTES, used);
            if (value.size() > length) {
                break; // also what goes round in a circle
            }
        }
        if (value.size() != length) {
            throw new MalformedPackagesException(
                    "a value at page %d has %d bytes instead of %d".formatted(firstPage, value.size(), length));
        }
        return value.toByteArray();
    }
}
