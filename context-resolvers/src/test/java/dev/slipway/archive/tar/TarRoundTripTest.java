package dev.slipway.archive.tar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class TarRoundTripTest {
    /** An entry and the seed of its content. */
    record Sample(TarEntry entry, byte[] content) {}

    @Test
    void keepsABinaryCapabilityByteForByte() throws IOException {
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, '\n'};
        TarEntry ping = TarEntry.of(TarType.FILE, "bin/ping".getBytes(UTF_8))
                .permissions(0755)
                .xattrs(Xattrs.of(Map.of("security.capability", capability)))
                .build();

        TarEntry read = readOne(write(List.of(new Sample(ping, new byte[0]))));

        assertThat(read.xattrs().value("security.capability")).hasValue(capability);
    }

    @Test
    void keepsASizeBeyondEightGibibytes() throws IOException {
        long size = (1L << 33) + 5;
        TarEntry big =
                TarEntry.of(TarType.FILE, "big".getBytes(UTF_8)).sizeBytes(size).build();
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        new TarWriter(headers).begin(big);

        TarReader reader = new TarReader(new ByteArrayInputStream(headers.toByteArray()));

        assertThat(reader.next()).hasValue(big);
    }

    @Test
    void streamsNineGibibytesThroughWriterAndReader() throws IOException {
        long size = 9L << 30;
        byte[] chunk = new byte[1 << 20];
        long[] written = {0};
        OutputStream count = new OutputStream() {
            @Override
            public void write(int b) {
                written[0]++;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                written[0] += length;
            }
        };
        TarWriter writer = new TarWriter(count);
        writer.begin(
                TarEntry.of(TarType.FILE, "big".getBytes(UTF_8)).sizeBytes(size).build());
        for (long done = 0; done < size; done += chunk.length) {
            writer.write(chunk, 0, chunk.length);
        }
        writer.finish();

        // PAX header and its record, the header, the content, the end.
        assertThat(written[0]).isEqualTo(1024 + 512 + size + 1024);
    }

    @Test
    void writesASmallEntryAsOnePlainHeader() throws IOException {
        byte[] archive = write(List.of(
                new Sample(TarEntry.of(TarType.DIRECTORY, "a/".getBytes(UTF_8)).build(), new byte[0])));

        assertThat(archive).hasSize(512 + 1024);
    }

    @Property(tries = 300)
    void whatIsWrittenIsReadBack(@ForAll("archives") List<Sample> samples) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(write(samples)));

        for (Sample sample : samples) {
            assertThat(reader.next()).hasValue(sample.entry());
            assertThat(reader.content().readAllBytes()).isEqualTo(sample.content());
        }
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
    }

    @Property(tries = 200)
    void entriesAreFoundWithoutReadingTheirContent(@ForAll("archives") List<Sample> samples) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(write(samples)));
        List<TarEntry> read = new ArrayList<>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            read.add(next.get());
        }

        assertThat(read).isEqualTo(samples.stream().map(Sample::entry).toList());
    }

    @Property(tries = 500)
    void anAttributesNameSurvivesItsKey(@ForAll("attributeNames") String name) {
        assertThat(PaxRecords.xattrName(PaxRecords.xattrKey(name))).isEqualTo(name);
    }

    @Provide
    Arbitrary<String> attributeNames() {
        return Arbitraries.strings().withChars("%=25D3aé").ofMinLength(1).ofMaxLength(12);
    }

    @Provide
    Arbitrary<List<Sample>> archives() {
        return samples().list().ofMaxSize(8);
    }

    private Arbitrary<Sample> samples() {
        Arbitrary<byte[]> contents = Arbitraries.bytes().array(byte[].class).ofMaxSize(1500);
        return Combinators.combine(
                        Arbitraries.of(TarType.class),
                        names(),
                        names(),
                        Arbitraries.integers().between(0, 07777),
                        owners(),
                        times(),
                        xattrs(),
                        contents)
                .as((type, name, target, permissions, owner, time, xattrs, content) -> {
                    byte[] own = type == TarType.FILE ? withoutTrailingSlash(name) : name;
                    TarEntry.Builder entry = TarEntry.of(type, own)
                            .permissions(permissions)
                            .owner(owner, 0xffff_fffeL - owner)
                            .modified(time)
                            .xattrs(xattrs);
                    if (type.isLink()) {
                        entry.linkName(target);
                    }
                    if (type.isDevice()) {
                        entry.device(permissions, permissions + 1);
                    }
                    byte[] kept = type == TarType.FILE ? content : new byte[0];
                    return new Sample(entry.sizeBytes(kept.length).build(), kept);
                });
    }

    private static byte[] withoutTrailingSlash(byte[] name) {
        byte[] own = name.clone();
        if (own[own.length - 1] == '/') {
            own[own.length - 1] = 'x';
        }
        return own;
    }

    private static Arbitrary<byte[]> names() {
        Arbitrary<Byte> anyByte = Arbitraries.bytes().filter(b -> b != 0);
        Arbitrary<Byte> often = Arbitraries.of((byte) '/', (byte) 'a', (byte) '\n', (byte) '=', (byte) 0xff);
        Arbitrary<Byte> mixed = Arbitraries.frequencyOf(Tuple.of(3, anyByte), Tuple.of(2, often));
        return Arbitraries.frequencyOf(
                Tuple.of(3, mixed.array(byte[].class).ofMinSize(1).ofMaxSize(120)),
                Tuple.of(1, mixed.array(byte[].class).ofMinSize(90).ofMaxSize(5000)));
    }

    private static Arbitrary<Long> owners() {
        return Arbitraries.of(0L, 1000L, 07777777L, 010000000L, 0xffff_fffeL);
    }

    private static Arbitrary<Instant> times() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(-5_000_000_000L, 20_000_000_000L).map(Instant::ofEpochSecond),
                Combinators.combine(
                                Arbitraries.longs().between(-100, 4_000_000_000L),
                                Arbitraries.longs().between(0, 999_999_999))
                        .as(Instant::ofEpochSecond));
    }

    private static Arbitrary<Xattrs> xattrs() {
        Arbitrary<String> names = Arbitraries.strings()
                .withChars("ab.=%25")
                .ofMinLength(1)
                .ofMaxLength(10)
                .map(name -> "user." + name);
        return Arbitraries.maps(names, Arbitraries.bytes().array(byte[].class).ofMaxSize(120))
                .ofMaxSize(3)
                .map(Xattrs::of);
    }

    static byte[] write(List<Sample> samples) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(archive);
        for (Sample sample : samples) {
            writer.begin(sample.entry());
            writer.write(sample.content(), 0, sample.content().length);
        }
        writer.finish();
        return archive.toByteArray();
    }

    private static TarEntry readOne(byte[] archive) throws IOException {
        return new TarReader(new ByteArrayInputStream(archive)).next().orElseThrow();
    }
}
