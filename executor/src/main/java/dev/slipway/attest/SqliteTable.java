package dev.slipway.attest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the blobs of one table of an SQLite database ("Database File Format"). Only what rpm's needs: table B-trees with
 * overflow pages, no write-ahead log, which a layer that was committed cleanly doesn't need.
 */
final class SqliteTable {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int FILE_HEADER_BYTES = 100;
    private static final int INTERIOR = 5;
    private static final int LEAF = 13;
    private static final int DEEPEST = 40;
    private static final int LEAST_USABLE_BYTES = 480;

    private final ByteBuffer file;
    private final int pageBytes;
    private final int usableBytes;
    private final String table;
    /** What pages and rows may yet be read: those of a sound file are read once. */
    private long pagesLeft;

    private long bytesLeft;

    /** A column of a row: a type of SQLite's and where its bytes are. */
    private record Column(long type, byte[] bytes) {}

    private record Row(List<Column> columns) {}

    SqliteTable(byte[] database, String table) throws IOException {
        this.table = table;
        this.file = ByteBuffer.wrap(database);
        if (database.length < FILE_HEADER_BYTES
                || !ByteBuffer.wrap(database, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new MalformedPackagesException("not an SQLite database");
        }
        int size = file.getShort(16) & 0xffff;
        pageBytes = size == 1 ? 65536 : size;
        usableBytes = pageBytes - (file.get(20) & 0xff);
        if (usableBytes < LEAST_USABLE_BYTES) {
            throw new MalformedPackagesException("an SQLite database with pages of %d bytes".formatted(pageBytes));
        }
        pagesLeft = database.length / pageBytes + 1L;
        bytesLeft = database.length;
    }

    /** Every blob of every row. */
    List<byte[]> blobs() throws IOException {
        for (Row entry : rows(1)) {
            List<Column> columns = entry.columns();
            if (columns.size() >= 4
                    && text(columns.get(0)).equals("table")
                    && text(columns.get(1)).equals(table)) {
                List<byte[]> blobs = new ArrayList<>();
                for (Row row : rows((int) number(columns.get(3)))) {
                    row.columns().stream()
                            .filter(column -> column.type() >= 12 && column.type() % 2 == 0)
                            .forEach(column -> blobs.add(column.bytes()));
                }
                return blobs;
            }
        }
        throw new MalformedPackagesException("it has no table \"%s\"".formatted(table));
    }

    private List<Row> rows(int page) throws IOException {
        List<Row> rows = new ArrayList<>();
        read(page, rows, 0);
        return rows;
    }

    private void read(int page, List<Row> rows, int depth) throws IOException {
        if (depth > DEEPEST || --pagesLeft < 0) {
            throw new MalformedPackagesException("its pages go round in a circle");
        }
        int start = Math.multiplyExact(page - 1, pageBytes);
        int header = page == 1 ? start + FILE_HEADER_BYTES : start;
        int kind = file.get(header) & 0xff;
        int cells = file.getShort(header + 3) & 0xffff;
        int pointers = header + (kind == INTERIOR ? 12 : 8);
        for (int i = 0; i < cells; i++) {
            int cell = start + (file.getShort(pointers + 2 * i) & 0xffff);
            switch (kind) {
                case INTERIOR -> read(file.getInt(cell), rows, depth + 1);
                case LEAF -> rows.add(row(cell));
                default -> throw new MalformedPackagesException("page %d is of kind %d".formatted(page, kind));
            }
        }
        if (kind == INTERIOR) {
            read(file.getInt(header + 8), rows, depth + 1);
        }
    }

    private Row row(int cell) throws IOException {
        file.position(cell);
        int length = Math.toIntExact(variable(file));
        variable(file); // the row's number
        bytesLeft -= length + 2L; // with these two numbers
        if (length < 0 || bytesLeft < 0) {
            throw new MalformedPackagesException("its rows are longer than the file");
        }
        ByteBuffer payload = ByteBuffer.wrap(payload(length));
        int headerBytes = (int) variable(payload);
        List<Long> types = new ArrayList<>();
        while (payload.position() < headerBytes) {
            types.add(variable(payload));
        }
        payload.position(headerBytes);
        List<Column> columns = new ArrayList<>();
        for (long type : types) {
            int size = sizeOf(type);
            if (size > payload.remaining()) {
                throw new MalformedPackagesException("a column is longer than its row");
            }
            byte[] bytes = new byte[size];
            payload.get(bytes);
            columns.add(new Column(type, bytes));
        }
        return new Row(columns);
    }

    /** The content of a row, from its page and those that it overflows to. */
    private byte[] payload(int length) {
        int most = usableBytes - 35;
        if (length <= most) {
            byte[] payload = new byte[length];
            file.get(payload);
            return payload;
        }
        int least = (usableBytes - 12) * 32 / 255 - 23;
        int here = least + (length - least) % (usableBytes - 4);
        if (here > most) {
            here = least;
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        byte[] part = new byte[here];
        file.get(part);
        payload.writeBytes(part);
        int next = file.getInt();
        while (payload.size() < length) {
            int at = Math.multiplyExact(next - 1, pageBytes);
            next = file.getInt(at);
            part = new byte[Math.min(usableBytes - 4, length - payload.size())];
            file.get(at + 4, part);
            payload.writeBytes(part);
        }
        return payload.toByteArray();
    }

    private static int sizeOf(long type) {
        return switch ((int) Math.min(type, 12)) {
            case 0, 8, 9 -> 0;
            case 1, 2, 3, 4 -> (int) type;
            case 5 -> 6;
            case 6, 7 -> 8;
            default -> Math.toIntExact((type - (type % 2 == 0 ? 12 : 13)) / 2);
        };
    }

    private static String text(Column column) {
        return new String(column.bytes(), StandardCharsets.UTF_8);
    }

    private static long number(Column column) {
        if (column.type() == 9) {
            return 1;
        }
        long value = 0;
        for (byte part : column.bytes()) {
            value = value << 8 | part & 0xff;
        }
        return value;
    }

    /** Up to nine bytes, seven bits each and eight in the last. */
    private static long variable(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            byte part = in.get();
            value = value << 7 | part & 0x7f;
            if (part >= 0) {
                return value;
            }
        }
        return value << 8 | in.get() & 0xff;
    }
}
