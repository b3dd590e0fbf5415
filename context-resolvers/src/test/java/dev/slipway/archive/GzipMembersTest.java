package dev.slipway.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipMembersTest {
    private static final int HEADER_BYTES = 10;

    private static byte[] member(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] member(String content) throws IOException {
        return member(content.getBytes(UTF_8));
    }

    /** A member whose header has these flags, and what they announce. */
    private static byte[] member(String content, int flags, byte... announced) throws IOException {
        byte[] plain = member(content);
        plain[3] = (byte) flags;
        return joined(
                Arrays.copyOf(plain, HEADER_BYTES), announced, Arrays.copyOfRange(plain, HEADER_BYTES, plain.length));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] read(InputStream in) throws IOException {
        try (InputStream unpacked = Compression.GZIP.decompress(in)) {
            return unpacked.readAllBytes();
        }
    }

    private static String read(byte[] gzip) throws IOException {
        return new String(read(new ByteArrayInputStream(gzip)), UTF_8);
    }

    @Test
    void takesAnExtraFieldForWhatItIs() throws IOException {
        byte[] footer = joined(new byte[] {22, 0}, "0000000000000abcSTARGZ".getBytes(UTF_8));
        assertThat(read(member("eStargz's first form", 4, footer))).isEqualTo("eStargz's first form");
    }

    @Test
    void passesOverNameCommentAndTheHeadersChecksum() throws IOException {
        assertThat(read(member("text", 2 | 8 | 16, new byte[] {'n', 0, 'c', 'c', 0, 1, 2})))
                .isEqualTo("text");
    }

    @Test
    void goesOnToTheNextMemberThoughItsBytesAreNotThereYet() throws IOException {
        byte[] large = new byte[300_000];
        new Random(1).nextBytes(large);
        byte[] gzip = joined(member(large), member(""), member("end"));
        InputStream trickling = new ByteArrayInputStream(gzip) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 7));
            }

            @Override
            public synchronized int available() {
                return 0;
            }
        };
        assertThat(read(trickling)).isEqualTo(joined(large, "end".getBytes(UTF_8)));
    }

    @Test
    void refusesWhatFollowsTheLastMember() {
        for (byte[] rest : new byte[][] {new byte[512], "more".getBytes(UTF_8)}) {
            assertThatThrownBy(() -> read(joined(member("text"), rest)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("isn't gzip follows");
        }
    }

    @Test
    void leavesWhatFollowsTheLastMemberUnreadWhereItIsToBeIgnored() throws IOException {
        byte[] gzip = joined(member("one"), member("two"), new byte[700_000]);
        try (InputStream unpacked = Compression.GZIP.decompressIgnoringRest(new ByteArrayInputStream(gzip))) {
            assertThat(unpacked.readAllBytes()).asString(UTF_8).isEqualTo("onetwo");
            assertThat(unpacked.read()).isNegative();
        }
        byte[] cutOff = Arrays.copyOf(gzip, member("one").length + 5);
        try (InputStream unpacked = Compression.GZIP.decompressIgnoringRest(new ByteArrayInputStream(cutOff))) {
            assertThatThrownBy(unpacked::readAllBytes).hasMessageContaining("ends within a member");
        }
    }

    @Test
    void refusesAMemberThatIsCutOffOrDamaged() throws IOException {
        byte[] whole = member("some text that is packed");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part)).as("%d bytes", length).hasMessageContaining("ends within a member");
        }
        for (int position : new int[] {whole.length - 1, whole.length - 5}) {
            byte[] changed = whole.clone();
            changed[position]++;
            assertThatThrownBy(() -> read(changed)).hasMessageMatching("a member's (length|checksum) is wrong");
        }
        assertThatThrownBy(() -> read(member("text", 0x20))).hasMessageContaining("reserved flags");
    }
}
