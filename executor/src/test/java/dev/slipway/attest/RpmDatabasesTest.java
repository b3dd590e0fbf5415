package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Program;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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
        assertThatAllAreIn("var/lib/rpm/rpmdb.sqlite", Files.readAllBytes(directory.resolve("sqlite/rpmdb.sqlite")));
    }

    @Test
    void readsBerkeleyDb() throws IOException {
        Program.require("db5.3_load", "db5.3-util");
        shell("python3 export.py | db5.3_load Packages");
        byte[] database = Files.readAllBytes(directory.resolve("Packages"));
        assertThatAllAreIn("var/lib/rpm/Packages", database);
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

    /** Debian's rpm can't write this kind; the layout is that of rpm's {@code rpmpkg.c}. */
    @Test
    void readsNdb() throws IOException {
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
        assertThatAllAreIn("usr/lib/sysimage/rpm/Packages.db", file.array());
    }

    /** Head, content up to a whole block, and a tail with a checksum. */
    private static int blocksOf(byte[] header) {
        return 1 + (header.length + 15) / 16 + 1;
    }
}
