package dev.slipway.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveReaderTest {
    private static final byte[] TAR = tar(List.of(
            TarEntry.of(TarType.DIRECTORY, "./".getBytes(UTF_8))
                    .permissions(0700)
                    .build(),
            TarEntry.of(TarType.FILE, "./d/../f".getBytes(UTF_8))
                    .sizeBytes(90_000)
                    .build()));

    static byte[] tar(List<TarEntry> entries) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            TarWriter writer = new TarWriter(out);
            for (TarEntry entry : entries) {
                writer.begin(entry);
                byte[] content = new byte[(int) entry.sizeBytes()];
                new Random(1).nextBytes(content);
                writer.write(content, 0, content.length);
            }
            writer.finish();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] compress(byte[] bytes, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread feeder = Thread.ofVirtual().start(() -> {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        byte[] output = process.getInputStream().readAllBytes();
        feeder.join();
        assertThat(process.waitFor()).isZero();
        return output;
    }

    private static List<ArchiveEntry> readAll(byte[] archive, ArchiveLimits limits, ArchiveReader.Escapes escapes)
            throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new ByteArrayInputStream(archive), limits, escapes)) {
            List<ArchiveEntry> entries = new ArrayList<>();
            for (Optional<ArchiveEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
                entries.add(next.get());
                reader.content().transferTo(OutputStream.nullOutputStream());
            }
            return entries;
        }
    }

    private static List<ArchiveEntry> readAll(byte[] archive) throws IOException {
        return readAll(archive, ArchiveLimits.DEFAULT, ArchiveReader.Escapes.REFUSED);
    }

    @ParameterizedTest
    @CsvSource({"cat,NONE", "gzip,GZIP", "bzip2,BZIP2", "xz,XZ", "zstd,ZSTD"})
    void recognisesCompressionsByContent(String program, Compression compression) throws Exception {
        byte[] archive = compress(TAR, program);

        try (ArchiveReader reader = ArchiveReader.open(
                new ByteArrayInputStream(archive), ArchiveLimits.DEFAULT, ArchiveReader.Escapes.REFUSED)) {
            assertThat(reader.compression()).isEqualTo(compression);
            assertThat(reader.next().orElseThrow().path().isEmpty()).isTrue();
            assertThat(reader.next().orElseThrow().path()).hasToString("f");
            assertThat(reader.content().readAllBytes()).hasSize(90_000);
            assertThat(reader.next()).isEmpty();
        }
        assertThat(ArchiveReader.isArchive(new ByteArrayInputStream(archive))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "zstd"})
    void readsAllMembersOfACompressedStream(String program) throws Exception {
        byte[] first = compress(Arrays.copyOf(TAR, 50_000), program);
        byte[] second = compress(Arrays.copyOfRange(TAR, 50_000, TAR.length), program);
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(first);
        both.write(second);

        assertThat(readAll(both.toByteArray())).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "zstd"})
    void aTruncatedArchiveIsDamaged(String program) throws Exception {
        byte[] archive = compress(TAR, program);

        assertThatThrownBy(() -> readAll(Arrays.copyOf(archive, archive.length - 6)))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("data is damaged or cut off");
    }

    @Test
    void aFailingSourceIsNotTakenForDamage() {
        InputStream failing = new FilterInputStream(new ByteArrayInputStream(TAR)) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("connection reset");
            }
        };

        assertThatThrownBy(() -> ArchiveReader.isArchive(failing)).hasMessage("connection reset");
    }

    @Test
    void whatHoldsNoTarIsNoArchive() throws Exception {
        for (byte[] bytes : List.of(
                new byte[0],
                new byte[10240],
                "just text".getBytes(UTF_8),
                new byte[] {0x1f, (byte) 0x8b, 8},
                compress("just text".getBytes(UTF_8), "gzip"),
                compress(new byte[10240], "xz"))) {
            assertThat(ArchiveReader.isArchive(new ByteArrayInputStream(bytes))).isFalse();
        }
    }

    @Test
    void namesOutsideAreRefusedOrClamped() throws IOException {
        for (String name : List.of("/etc/passwd", "../../etc/passwd", "a/../../etc/passwd")) {
            byte[] archive =
                    tar(List.of(TarEntry.of(TarType.FILE, name.getBytes(UTF_8)).build()));

            assertThatThrownBy(() -> readAll(archive))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessage("archive entry \"" + name + "\": its name is absolute or leads out of the archive");
            assertThat(readAll(archive, ArchiveLimits.DEFAULT, ArchiveReader.Escapes.CLAMPED)
                            .getFirst()
                            .path())
                    .hasToString("etc/passwd");
        }
    }

    @Test
    void nothingButADirectoryIsTheDestination() {
        byte[] archive = tar(List.of(TarEntry.of(TarType.SYMLINK, "x/..".getBytes(UTF_8))
                .linkName(new byte[] {'/'})
                .build()));

        assertThatThrownBy(() -> readAll(archive)).hasMessageContaining("would replace the directory");
    }

    @Test
    void limitsNameTheEntryThatIsTooMuch() {
        TarEntry small =
                TarEntry.of(TarType.FILE, "a".getBytes(UTF_8)).sizeBytes(600).build();
        TarEntry large =
                TarEntry.of(TarType.FILE, "b".getBytes(UTF_8)).sizeBytes(500).build();
        byte[] archive = tar(List.of(small, large));

        assertThatThrownBy(() ->
                        readAll(archive, ArchiveLimits.DEFAULT.withLargestBytes(1000), ArchiveReader.Escapes.REFUSED))
                .hasMessageContaining("larger than the limit of 1000 bytes; entry \"b\"");
        assertThatThrownBy(
                        () -> readAll(archive, ArchiveLimits.DEFAULT.withMostEntries(1), ArchiveReader.Escapes.REFUSED))
                .hasMessageContaining("more than 1 entries; entry \"b\"");
    }

    @Test
    void aBombIsNoticedBeforeItIsUnpacked() throws Exception {
        long size = 3L << 30;
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream zstd = new ZstdOutputStream(packed)) {
            TarWriter writer = new TarWriter(zstd);
            writer.begin(TarEntry.of(TarType.FILE, "zeros".getBytes(UTF_8))
                    .sizeBytes(size)
                    .build());
            byte[] zeros = new byte[1 << 20];
            for (long done = 0; done < size; done += zeros.length) {
                writer.write(zeros, 0, zeros.length);
            }
            writer.finish();
        }

        assertThatThrownBy(() -> readAll(packed.toByteArray()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("at entry \"zeros\"): a decompression bomb");
    }
}
