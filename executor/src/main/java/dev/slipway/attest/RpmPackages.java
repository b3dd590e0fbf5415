package dev.slipway.attest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * rpm's database: SQLite (Fedora, RHEL 9 and their kin), rpm's own "ndb" (SUSE), or the Berkeley DB of older releases
 * (RHEL 8, Amazon Linux 2).
 */
final class RpmPackages {
    private static final Set<String> FILES = Set.of(
            "var/lib/rpm/rpmdb.sqlite",
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "var/lib/rpm/Packages.db",
            "usr/lib/sysimage/rpm/Packages.db",
            "var/lib/rpm/Packages",
            "usr/lib/sysimage/rpm/Packages");

    private static final int NDB_SLOT_MAGIC = 0x746f6c53; // "Slot"
    private static final int NDB_BLOB_MAGIC = 0x53626c42; // "BlbS"
    private static final int NDB_SLOT_BYTES = 16;
    private static final int NDB_PAGE_BYTES = 4096;
    private static final int NDB_BLOCK_BYTES = 16;

    private RpmPackages() {}

    static boolean isDatabase(String path) {
        return FILES.contains(path);
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        byte[] database = in.readAllBytes();
        List<byte[]> headers;
        try {
            if (path.endsWith(".sqlite")) {
                headers = new SqliteTable(database, "Packages").blobs();
            } else if (path.endsWith(".db")) {
                headers = ndb(ByteBuffer.wrap(database).order(ByteOrder.LITTLE_ENDIAN));
            } else {
                headers = new BerkeleyHash(database).values();
            }
            List<SoftwarePackage> packages = new ArrayList<>();
            for (byte[] header : headers) {
                add(new RpmHeader(header), path, packages);
            }
            return packages;
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | ArithmeticException
                | NegativeArraySizeException broken) {
            throw new MalformedPackagesException("rpm's database is damaged: " + broken);
        }
    }

    /** A page of slots after the other, each of which says where a package's header lies. */
    private static List<byte[]> ndb(ByteBuffer file) throws IOException {
        List<byte[]> headers = new ArrayList<>();
        long slotBytes = (long) file.getInt(12) * NDB_PAGE_BYTES;
        long bytes = 0;
        for (int at = 2 * NDB_SLOT_BYTES; at + NDB_SLOT_BYTES <= slotBytes; at += NDB_SLOT_BYTES) {
            if (file.getInt(at) != NDB_SLOT_MAGIC) {
                throw new MalformedPackagesException("rpm's database is damaged: no slot at byte " + at);
            }
            int packageIndex = file.getInt(at + 4);
            if (packageIndex == 0) {
                continue;
            }
            int blob = Math.multiplyExact(file.getInt(at + 8), NDB_BLOCK_BYTES);
            if (file.getInt(blob) != NDB_BLOB_MAGIC || file.getInt(blob + 4) != packageIndex) {
                throw new MalformedPackagesException("rpm's database is damaged: no package at byte " + blob);
            }
            int length = file.getInt(blob + 12);
            bytes += length;
            if (length <= 0 || bytes > file.capacity()) { // many may name the same package
                throw new MalformedPackagesException(
                        "rpm's database is damaged: its packages are longer than the file");
            }
            byte[] header = new byte[length];
            file.get(blob + NDB_BLOCK_BYTES, header);
            headers.add(header);
        }
        return headers;
    }

    private static void add(RpmHeader header, String path, List<SoftwarePackage> packages) {
        String name = header.text(RpmHeader.NAME);
        if (name.isEmpty() || name.equals("gpg-pubkey")) {
            return;
        }
        Map<String, String> qualifiers = new HashMap<>();
        String architecture = header.text(RpmHeader.ARCHITECTURE);
        if (!architecture.isEmpty()) {
            qualifiers.put("arch", architecture);
        }
        header.number(RpmHeader.EPOCH).ifPresent(epoch -> qualifiers.put("epoch", Integer.toString(epoch)));
        packages.add(new SoftwarePackage(
                "rpm",
                "redhat",
                name,
                header.text(RpmHeader.VERSION) + "-" + header.text(RpmHeader.RELEASE),
                Optional.of(header.text(RpmHeader.LICENSE)).filter(text -> !text.isEmpty()),
                qualifiers,
                path));
    }
}
