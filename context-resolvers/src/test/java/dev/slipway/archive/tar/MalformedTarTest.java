package dev.slipway.archive.tar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MalformedTarTest {
    @Test
    void namesTheEntryThatIsCutOff() throws IOException {
        byte[] archive = archive("etc/passwd", new byte[2000]);

        assertThatThrownBy(() -> readAll(Arrays.copyOf(archive, 512 + 700)))
                .isInstanceOf(TarException.class)
                .hasMessage("tar entry 1 \"etc/passwd\": the archive ends 1300 bytes before the end of its content");
    }

    @Test
    void refusesAHeaderWithAWrongChecksum() throws IOException {
        byte[] archive = archive("f", new byte[0]);
        archive[0] = 'g';

        assertThatThrownBy(() -> readAll(archive)).hasMessage("tar entry 1: not a tar header");
    }

    @Test
    void refusesASizeThatIsNegative() {
        byte[] block = header("f", '0', 0);
        Arrays.fill(block, 124, 136, (byte) 0xff);

        assertThatThrownBy(() -> readAll(checked(block))).hasMessage("tar entry 1 \"f\": its size is impossible: -1");
    }

    @Test
    void refusesANumberBeyond64Bits() {
        byte[] block = header("f", '0', 0);
        Arrays.fill(block, 124, 136, (byte) 0x7f);
        block[124] = (byte) 0x80;

        assertThatThrownBy(() -> readAll(checked(block))).hasMessageContaining("does not fit into 64 bits");
    }

    @Test
    void refusesAnExtendedHeaderThatWouldFillTheMemory() {
        assertThatThrownBy(() -> readAll(checked(header("x", 'x', 1L << 32))))
                .hasMessageContaining("its extended header claims 4294967296 bytes");
    }

    @Test
    void refusesAnExtendedHeaderWithNoEntryAfterIt() throws IOException {
        byte[] records = "12 path=abc\n".getBytes(UTF_8);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        archive.write(checked(header("x", 'x', records.length)));
        archive.write(Arrays.copyOf(records, 512));

        assertThatThrownBy(() -> readAll(archive.toByteArray())).hasMessageContaining("ends after its extended header");
    }

    @Test
    void refusesExtendedHeadersThatWouldFillTheMemoryTogether() throws IOException {
        for (char type : new char[] {'x', 'g'}) {
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            for (int i = 0; i < 6; i++) {
                ByteArrayOutputStream record = new ByteArrayOutputStream();
                PaxRecords.write("SCHILY.xattr.user." + i, new byte[1_000_000], record);
                archive.write(checked(header("h", type, record.size())));
                archive.write(record.toByteArray());
                archive.write(new byte[-record.size() & 511]);
            }
            assertThatThrownBy(() -> readAll(archive.toByteArray()))
                    .isInstanceOf(TarException.class)
                    .hasMessageContaining("headers before it hold more than 4194304 bytes of records");
        }
    }

    @Test
    void aGlobalRecordThatIsSetAnewTakesNoMoreRoom() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        for (int i = 0; i < 6; i++) {
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            PaxRecords.write("comment", new byte[1_000_000], record);
            archive.write(checked(header("g", 'g', record.size())));
            archive.write(record.toByteArray());
            archive.write(new byte[-record.size() & 511]);
        }
        archive.write(archive("f", new byte[0]));
        assertThat(readAll(archive.toByteArray())).isEqualTo(1);
    }

    @Test
    void refusesTheNameOfAnAttributeThatHasANul() throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        PaxRecords.write("SCHILY.xattr.user.a\0b", "value", records);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        archive.write(checked(header("x", 'x', records.size())));
        archive.write(Arrays.copyOf(records.toByteArray(), 512));
        archive.write(archive("f", new byte[0]));

        assertThatThrownBy(() -> readAll(archive.toByteArray()))
                .isInstanceOf(TarException.class)
                .hasMessageContaining("a key with a NUL");
    }

    @Test
    void refusesRecordsThatAreNone() {
        for (String bad : List.of("path=abc\n", "99 path=abc\n", "11 path=abc\n", "5 =b\n", "3 \n", "12 path=abcd")) {
            assertThatThrownBy(() -> PaxRecords.parse(bad.getBytes(UTF_8)))
                    .as(bad)
                    .isInstanceOf(TarException.class);
        }
    }

    @Test
    void refusesATypeThatItDoesNotKnow() {
        assertThatThrownBy(() -> readAll(checked(header("f", 'M', 0))))
                .hasMessageContaining("tar entry 1 \"f\": its type 'M'");
    }

    @Test
    void refusesAGapOfOneZeroBlock() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        archive.write(new byte[512]);
        archive.write(archive("f", new byte[0]));

        assertThatThrownBy(() -> readAll(archive.toByteArray())).hasMessageContaining("a single block of zeros");
    }

    @Test
    void readsAnArchiveWithoutItsZeroBlocks() throws IOException {
        byte[] archive = archive("f", new byte[10]);

        assertThat(readAll(Arrays.copyOf(archive, archive.length - 1024))).isEqualTo(1);
    }

    @Test
    void anEmptyArchiveHasNoEntries() throws IOException {
        assertThat(readAll(new byte[10240])).isZero();
        assertThat(readAll(new byte[0])).isZero();
    }

    @Test
    void showsANameThatIsNoTextEscaped() {
        assertThatThrownBy(() -> readAll(checked(header("a\u001b[2J", 'M', 0))))
                .hasMessageContaining("\"a\\u{1b}[2J\"");
    }

    @Property(tries = 2000)
    void garbageEndsInAnExceptionOrIsRead(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int flips)
            throws IOException {
        byte[] archive = archive("dir/some-file", new byte[600]);
        Random random = new Random(seed);
        for (int i = 0; i < flips; i++) {
            archive[random.nextInt(archive.length)] = (byte) random.nextInt();
        }
        if (random.nextBoolean()) {
            byte[] first = Arrays.copyOf(archive, 512);
            System.arraycopy(checked(first), 0, archive, 0, 512);
        }
        try {
            readAll(archive);
        } catch (TarException expected) {
            assertThat(expected).hasMessageStartingWith("tar entry ");
        }
    }

    private static byte[] archive(String name, byte[] content) throws IOException {
        TarEntry entry = TarEntry.of(TarType.FILE, name.getBytes(UTF_8))
                .sizeBytes(content.length)
                .build();
        return TarRoundTripTest.write(List.of(new TarRoundTripTest.Sample(entry, content)));
    }

    private static byte[] header(String name, char type, long size) {
        return HeaderBlock.write(type, UstarName.of(name.getBytes(UTF_8)), new byte[0], 0644, 0, 0, size, 0, 0, 0);
    }

    /** Puts the right checksum into a header that a test has changed. */
    private static byte[] checked(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(UTF_8);
        System.arraycopy(digits, 0, block, 148, 8);
        return block;
    }

    private static int readAll(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        int entries = 0;
        while (reader.next().isPresent()) {
            reader.content().transferTo(OutputStream.nullOutputStream());
            entries++;
        }
        return entries;
    }
}
