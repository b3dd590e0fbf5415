package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Program;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages that rpm itself has built and installed, in each kind of database that it has had. */
class RpmDatabasesTest {
    private static final String SPEC = """
            Name: base
            Version: 1.2
            Release: 3.el8
            Epoch: 2
            Summary: s
            License: MIT
            BuildArch: noarch
            %description
            d
            %files
            %package -n liblarge
            Summary: its header takes several pages
            License: GPLv2+
            %description -n liblarge
            %{lua: print(string.rep("many words ", 2000))}
            %files -n liblarge
            %{lua: for i = 1, 30 do
              print("\\n%package -n p"..i.."\\nSummary: s\\nLicense: MIT\\n%description -n p"..i.."\\nd\\n%files -n p"..i.."\\n")
            end}
            """;

    /** The file format of {@code db_load}: each record's number, and its header as rpm wrote it. */
    private static final String EXPORT = """
            import sqlite3
            print('VERSION=3\\nformat=bytevalue\\ntype=hash\\ndb_pagesize=4096\\nHEADER=END\\n 00000000\\n 01000000')
            for number, header in sqlite3.connect('sqlite/rpmdb.sqlite').execute('select hnum, blob from Packages'):
                print(' ' + number.to_bytes(4, 'little').hex() + '\\n ' + header.hex())
            print('DATA=END')
            """;

    @TempDir
    private static Path directory;

    private static List<String> installed = List.of();

    @BeforeAll
    static void install() throws IOException {
        Files.writeString(directory.resolve("packages.spec"), SPEC);
        Files.writeString(directory.resolve("export.py"), EXPORT);
        Program.of(Program.require("rpmbuild", "rpm"), "-bb", "--quiet", "--define", "_topdir " + directory)
                .with("packages.spec")
                .in(directory)
                .runSuccessfully();
        shell("rpm --dbpath $PWD/sqlite --define '_db_backend sqlite' -i --justdb --nodeps --force-debian"
                + " RPMS/noarch/*.rpm");
        installed = shell("rpm --dbpath $PWD/sqlite --define '_db_backend sqlite' -qa"
                        + " --qf 'pkg:rpm/redhat/%{NAME}@%{VERSION}-%{RELEASE}?arch=%{ARCH}&epoch=2\\n'")
                .lines()
                .toList();
        assertThat(installed).hasSize(32);
    }

    private static String shell(String script) {
        return Program.of("sh", "-euc", script).in(directory).runSuccessfully().out();
    }

    private static void assertThatAllAreIn(String path, byte[] database) throws IOException {
        PackageCatalog catalog = new PackageCatalog();
        catalog.add(path, database.length, false, new ByteArrayInputStream(database));
        assertThat(catalog.unread()).isEmpty();
        assertThat(catalog.packages().stream().map(SoftwarePackage::packageUrl))
                .containsExactlyInAnyOrderElementsOf(installed);
        assertThat(catalog.packages().stream().filter(each -> each.name().equals("liblarge")))
                .singleElement()
                .satisfies(large -> assertThat(large.licenses()).contains("GPLv2+"));
    }

    @Test
    void readsSqlite() throws IOException {
        assertThatAllAreIn("var/lib/rpm/rpmdb.sqlite", sqlite());
    }

    private static byte[] sqlite() throws IOException {
        return Files.readAllBytes(directory.resolve("sqlite/rpmdb.sqlite"));
    }

    private static byte[] berkeley() throws IOException {
        Program.require("db5.3_load", "db5.3-util");
        shell("rm -f Packages && python3 export.py | db5.3_load Packages");
        return Files.readAllBytes(directory.resolve("Packages"));
    }

    private static List<String> unread(String path, byte[] database) throws IOException {
        PackageCatalog catalog = new PackageCatalog();
        catalog.add(path, database.length, false, new ByteArrayInputStream(database));
        return List.copyOf(catalog.unread());
    }

    /** Numbers that no sound database has, where it has those that say how long something is and where. */
    @Test
    void whateverIsDamagedEndsInWords() throws IOException {
        Map<String, byte[]> databases = Map.of(
                "var/lib/rpm/rpmdb.sqlite", sqlite(),
                "var/lib/rpm/Packages", berkeley(),
                "var/lib/rpm/Packages.db", ndb());
        int[] wild = {0, 1, -1, 0x7fffffff, 0x80000000, 0x10000, 0x10000000};
        Random random = new Random(11);
        for (Map.Entry<String, byte[]> sound : databases.entrySet()) {
            int damaged = 0;
            for (int round = 0; round < 1500; round++) {
                ByteBuffer database = ByteBuffer.wrap(sound.getValue().clone());
                for (int change = random.nextInt(1, 4); change > 0; change--) {
                    int page = random.nextInt(database.capacity() / 4096) * 4096;
                    database.putInt(page + random.nextInt(64), wild[random.nextInt(wild.length)]);
                }
                damaged += unread(sound.getKey(), database.array()).size();
            }
            assertThat(damaged).as(sound.getKey()).isPositive();
        }
    }

    @Test
    void aValueOfBerkeleysThatGoesOnOutsideOfTheFileIsNamed() throws IOException {
        ByteBuffer database = ByteBuffer.wrap(berkeley()).order(ByteOrder.LITTLE_ENDIAN);
        for (int page = 0; page < database.capacity(); page += 4096) {
            if (database.get(page + 25) == 7) { // an overflow page
                database.putInt(page + 16, 0x7fffffff);
            }
        }
        assertThat(unread("var/lib/rpm/Packages", database.array()))
                .singleElement()
                .asString()
                .contains("/var/lib/rpm/Packages", "page 2147483647 is none of this file's");
    }

    @Test
    void packagesThatAllLieAtOnePlaceAreNotReadOverAndOver() throws IOException {
        ByteBuffer database = ByteBuffer.wrap(ndb()).order(ByteOrder.LITTLE_ENDIAN);
        for (int slot = 3; slot < 256; slot++) {
            database.putInt(slot * 16 + 4, database.getInt(2 * 16 + 4))
                    .putInt(slot * 16 + 8, database.getInt(2 * 16 + 8));
        }
        int blob = database.getInt(2 * 16 + 8) * 16;
        database.putInt(blob + 12, database.capacity() / 2);
        assertThat(unread("var/lib/rpm/Packages.db", database.array()))
                .singleElement()
                .asString()
                .contains("its packages are longer than the file");
    }

    @Test
    void readsBerkeleyDb() throws IOException {
        byte[] database = berkeley();
        assertThatAllAreIn("var/lib/rpm/Packages", database);
        assertThat(shell("rpm --dbpath $PWD --define '_db_backend bdb_ro' -qa").lines())
                .as("what rpm itself reads there")
                .hasSameSizeAs(installed);
        for (int cut : List.of(600, 5000, database.length / 2)) {
            PackageCatalog catalog = new PackageCatalog();
            catalog.add("var/lib/rpm/Packages", cut, false, new ByteArrayInputStream(database, 0, cut));
            assertThat(catalog.unread())
                    .as("of %d bytes", cut)
                    .singleElement()
                    .asString()
                    .contains("/var/lib/rpm/Packages");
        }
    }

    @Test
    void readsNdb() throws IOException {
        assertThatAllAreIn("usr/lib/sysimage/rpm/Packages.db", ndb());
    }

    /**
     * Debian's rpm is built without this kind, so that one is kept that rpm 4.18's own {@code rpmpkg.c} has written: two
     * pages of slots; the fifth package was replaced, and of those from the 20th to the 118th every seventh removed.
     */
    @Test
    void readsTheNdbThatRpmHasWritten() throws IOException {
        PackageCatalog catalog = new PackageCatalog();
        try (InputStream kept = RpmDatabasesTest.class.getResourceAsStream("Packages.db.gz");
                InputStream database = new GZIPInputStream(Objects.requireNonNull(kept, "a resource"))) {
            catalog.add("usr/lib/sysimage/rpm/Packages.db", 0, false, database);
        }
        Set<Integer> removed = Set.of(81, 75, 69, 62, 56, 5, 43, 37, 30, 293, 287, 280, 274, 268, 261);
        assertThat(catalog.unread()).isEmpty();
        assertThat(catalog.packages().stream().map(SoftwarePackage::name))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("base", "liblarge"),
                                IntStream.rangeClosed(1, 298)
                                        .filter(number -> !removed.contains(number))
                                        .mapToObj(number -> "p" + number))
                        .toList());
        assertThat(catalog.packages())
                .allSatisfy(each -> assertThat(each.packageUrl()).endsWith("@1.2-3.sle15?arch=noarch&epoch=2"));
    }

    /** The same headers laid out as {@code rpmpkg.c} does it, to be damaged. */
    private static byte[] ndb() throws IOException {
        List<byte[]> headers = new ArrayList<>();
        for (String line : shell("python3 export.py").lines().toList()) {
            if (line.startsWith(" ") && line.length() > 100) {
                headers.add(HexFormat.of().parseHex(line.strip()));
            }
        }
        int slotPages = 1;
        int blocks = slotPages * 4096 / 16;
        for (byte[] header : headers) {
            blocks += blocksOf(header);
        }
        ByteBuffer file = ByteBuffer.allocate(blocks * 16).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RpmP".getBytes(StandardCharsets.US_ASCII)).putInt(0).putInt(1).putInt(slotPages);
        int block = slotPages * 4096 / 16;
        for (int slot = 2; slot < slotPages * 4096 / 16; slot++) {
            file.position(slot * 16).put("Slot".getBytes(StandardCharsets.US_ASCII));
            if (slot - 2 < headers.size()) {
                byte[] header = headers.get(slot - 2);
                file.putInt(slot - 1).putInt(block).putInt(blocksOf(header));
                file.position(block * 16).put("BlbS".getBytes(StandardCharsets.US_ASCII));
                file.putInt(slot - 1).putInt(1).putInt(header.length).put(header);
                block += blocksOf(header);
            }
        }
        return file.array();
    }

    /** Head, content up to a whole block, and a tail with a checksum. */
    private static int blocksOf(byte[] header) {
        return 1 + (header.length + 15) / 16 + 1;
    }
}
