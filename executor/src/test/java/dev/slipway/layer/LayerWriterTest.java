package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerWriterTest {
    private static final EntryAttributes PLAIN = TestTree.attributes(0644);

    @TempDir
    private Path temporary;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private Directory storeRoot;
    private BlobStore store;

    @BeforeEach
    void openStore() throws IOException {
        storeRoot = Directory.open(Files.createDirectory(temporary.resolve("store")));
        store = BlobStore.open(storeRoot);
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        assertThat(temporary.resolve("store/ingest")).isEmptyDirectory();
        store.close();
        storeRoot.close();
        workers.close();
    }

    private LayerWriter writer(BlobCompression compression, TimePolicy times, int parallelism) {
        return new LayerWriter(store, compression, MediaFamily.OCI, times, workers, parallelism);
    }

    private WrittenLayer write(LayerEntry... entries) throws IOException {
        return writer(BlobCompression.DEFAULT, new TimePolicy.Keep(), 2).write(LayerContent.of(List.of(entries)));
    }

    private static LayerEntry.File file(String path, byte[] content) {
        return new LayerEntry.File(PathBytes.of(path), PLAIN, content.length, FileContent.of(content));
    }

    private LayerStream open(WrittenLayer layer, Blob blob) throws IOException {
        return LayerStream.open(blob.openStream(), layer.descriptor(), Optional.of(layer.diffId()));
    }

    private List<TarEntry> read(WrittenLayer layer) throws IOException {
        try (Blob blob = store.find(
                                layer.descriptor().digest(), layer.descriptor().sizeBytes())
                        .orElseThrow();
                LayerStream in = open(layer, blob)) {
            List<TarEntry> entries = new ArrayList<>();
            TarReader tar = new TarReader(in);
            for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
                entries.add(next.get());
            }
            in.verify();
            return entries;
        }
    }

    @Test
    void aLayerIsReadBackWithBothDigestsRight() throws IOException {
        WrittenLayer layer = write(
                new LayerEntry.Directory(PathBytes.EMPTY, TestTree.attributes(0755)),
                new LayerEntry.Directory(PathBytes.of("d"), TestTree.attributes(01777)),
                new LayerEntry.Opaque(PathBytes.of("d")),
                file("d/f", "content".getBytes(UTF_8)),
                new LayerEntry.HardLink(PathBytes.of("d/g"), PLAIN, PathBytes.of("d/f")),
                new LayerEntry.Whiteout(PathBytes.of("e")));

        List<TarEntry> entries = read(layer);

        assertThat(entries.stream().map(TarEntry::displayName))
                .containsExactly("./", "d/", "d/.wh..wh..opq", "d/f", "d/g", ".wh.e");
        assertThat(entries.get(4).linkName()).asString(UTF_8).isEqualTo("d/f");
        assertThat(entries.get(3).modified()).isEqualTo(TestTree.TIME);
        assertThat(layer.entries()).isEqualTo(6);
        assertThat(layer.descriptor().mediaType()).isEqualTo(MediaTypes.OCI_LAYER_GZIP);
    }

    @Test
    void bytesDoNotDependOnTheNumberOfThreads() throws IOException {
        byte[] content = new byte[7 << 20];
        new Random(1).nextBytes(content);
        Arrays.fill(content, 0, 3 << 20, (byte) 'x');
        LayerContent layer = LayerContent.of(List.of(file("big", content)));

        for (BlobCompression compression :
                List.of(new BlobCompression.Gzip(1), new BlobCompression.Gzip(9), new BlobCompression.Zstd(3))) {
            assertThat(writer(compression, new TimePolicy.Keep(), 1).write(layer))
                    .isEqualTo(writer(compression, new TimePolicy.Keep(), 5).write(layer));
        }
    }

    @Test
    void everyCompressionGivesTheSameDiffId() throws IOException {
        LayerContent layer =
                LayerContent.of(List.of(file("f", "hello ".repeat(9999).getBytes(UTF_8))));
        WrittenLayer none =
                writer(new BlobCompression.None(), new TimePolicy.Keep(), 2).write(layer);
        WrittenLayer zstd =
                writer(new BlobCompression.Zstd(19), new TimePolicy.Keep(), 2).write(layer);
        WrittenLayer gzip =
                writer(BlobCompression.DEFAULT, new TimePolicy.Keep(), 2).write(layer);

        assertThat(none.diffId()).isEqualTo(zstd.diffId()).isEqualTo(gzip.diffId());
        assertThat(none.descriptor().digest()).isEqualTo(none.diffId().digest());
        assertThat(none.descriptor().sizeBytes()).isEqualTo(none.uncompressedBytes());
        assertThat(read(zstd)).isEqualTo(read(none)).isEqualTo(read(gzip));
        assertThat(MediaTypes.compressionOf(zstd.descriptor().mediaType())).hasValue(LayerCompression.ZSTD);
    }

    @Test
    void timesFollowThePolicy() throws IOException {
        Instant epoch = Instant.ofEpochSecond(1_500_000_000);
        LayerContent layer = LayerContent.of(List.of(
                file("new", new byte[0]),
                new LayerEntry.File(
                        PathBytes.of("old"),
                        PLAIN.withModified(Instant.ofEpochSecond(7, 8)),
                        0,
                        FileContent.of(new byte[0]))));

        List<TarEntry> clamped = read(
                writer(BlobCompression.DEFAULT, new TimePolicy.Clamp(epoch), 1).write(layer));
        List<TarEntry> fixed = read(writer(BlobCompression.DEFAULT, new TimePolicy.Fixed(Instant.EPOCH), 1)
                .write(layer));

        assertThat(clamped.stream().map(TarEntry::modified)).containsExactly(epoch, Instant.ofEpochSecond(7, 8));
        assertThat(fixed.stream().map(TarEntry::modified)).containsOnly(Instant.EPOCH);
    }

    @Test
    void theHostsAttributesStayOut() throws IOException {
        Xattrs mixed = Xattrs.of(Map.of(
                "security.selinux", new byte[] {1},
                "trusted.overlay.origin", new byte[] {2},
                "user.overlay.opaque", new byte[] {'y'},
                "security.capability", new byte[] {3}));

        WrittenLayer layer = write(new LayerEntry.Directory(PathBytes.of("d"), PLAIN.withXattrs(mixed)));

        assertThat(read(layer).getFirst().xattrs().names()).containsExactly("security.capability");
    }

    @Test
    void aNameThatWouldBeReadAsAWhiteoutIsRefused() {
        assertThatThrownBy(() -> write(file("d/.wh.x", new byte[0])))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("\"/d/.wh.x\" can't be in a layer");
    }

    @Test
    void entriesOutOfOrderAreAMistake() {
        assertThatThrownBy(() -> write(file("b", new byte[0]), file("a", new byte[0])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entry \"a\" comes after \"b\"");
        assertThatThrownBy(() -> write(file("a", new byte[0]), file("a", new byte[0])))
                .isInstanceOf(IllegalStateException.class);
    }

    /** A large file whose length changes each time it is read, as often as told. */
    private FileContent changing(int times, int by, AtomicInteger opened) {
        byte[] content = new byte[3 << 20];
        return () -> {
            boolean changes = opened.getAndIncrement() < times;
            FileContent.Source whole = FileContent.of(Arrays.copyOf(content, content.length + (changes ? by : 0)))
                    .open();
            return new FileContent.Source() {
                @Override
                public long sizeBytes() {
                    return content.length;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return whole.read(into, offset, length);
                }

                @Override
                public void close() {}
            };
        };
    }

    @Test
    void aFileThatChangesOnceIsReadAgain() throws IOException {
        for (int by : new int[] {1, -1}) {
            AtomicInteger opened = new AtomicInteger();
            WrittenLayer layer = write(new LayerEntry.File(PathBytes.of("log"), PLAIN, 0, changing(1, by, opened)));

            assertThat(opened).hasValue(2);
            assertThat(read(layer).getFirst().sizeBytes()).isEqualTo(3 << 20);
        }
    }

    @Test
    void aFileThatKeepsChangingIsNamed() {
        assertThatThrownBy(() -> write(
                        new LayerEntry.File(PathBytes.of("var/log"), PLAIN, 0, changing(9, 1, new AtomicInteger()))))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("\"/var/log\" had 3145728 bytes and became longer")
                .hasMessageContaining("is a process still writing to it?");
    }

    @Test
    void aSmallFileMayGrowWhileItIsRead() throws IOException {
        byte[] longer = "two lines\nare there\n".getBytes(UTF_8);
        FileContent grown = () -> {
            FileContent.Source source = FileContent.of(longer).open();
            return new FileContent.Source() {
                @Override
                public long sizeBytes() {
                    return 10;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return source.read(into, offset, length);
                }

                @Override
                public void close() {}
            };
        };

        WrittenLayer layer = write(new LayerEntry.File(PathBytes.of("log"), PLAIN, 10, grown));

        assertThat(read(layer).getFirst().sizeBytes()).isEqualTo(longer.length);
    }

    @Test
    void holesAreWrittenAsZerosWithoutReadingThem() throws IOException {
        Path tree = Files.createDirectory(temporary.resolve("tree"));
        try (RandomAccessFile sparse = new RandomAccessFile(tree.resolve("s").toFile(), "rw")) {
            sparse.setLength(40 << 20);
            sparse.seek(20 << 20);
            sparse.write("middle".getBytes(UTF_8));
        }
        ContentIndex index = new ContentIndex();
        try (Directory root = Directory.open(tree)) {
            PathBytes path = PathBytes.of("s");
            WrittenLayer layer = writer(BlobCompression.DEFAULT, new TimePolicy.Keep(), 2)
                    .write(
                            LayerContent.of(
                                    List.of(new LayerEntry.File(path, PLAIN, 40 << 20, FileContent.of(root, path)))),
                            index);

            assertThat(read(layer).getFirst().sizeBytes()).isEqualTo(40 << 20);
            long expected = ContentChecksum.of(Files.readAllBytes(tree.resolve("s")));
            assertThat(index.find(path)).hasValue(new ChecksumListener.Checksums(expected, 0));
            try (Blob blob = store.find(layer.descriptor().digest()).orElseThrow();
                    LayerStream in = open(layer, blob)) {
                LayerReader reader = new LayerReader(in);
                LayerEntry.File file = (LayerEntry.File) reader.next().orElseThrow();
                byte[] all = new byte[40 << 20];
                try (FileContent.Source source = file.content().open()) {
                    int done = 0;
                    for (int read = 0; read >= 0; read = source.read(all, done, all.length - done)) {
                        done += read;
                        if (done == all.length) {
                            break;
                        }
                    }
                }
                assertThat(ContentChecksum.of(all)).isEqualTo(expected);
            }
        }
    }

    @Test
    void passesTheValidator() throws IOException {
        WrittenLayer layer = write(
                new LayerEntry.Directory(PathBytes.EMPTY, PLAIN),
                new LayerEntry.Directory(PathBytes.of("a"), PLAIN),
                file("a-b", new byte[1]),
                file("a/f", new byte[1]),
                new LayerEntry.HardLink(PathBytes.of("z"), PLAIN, PathBytes.of("a/f")));
        try (Blob blob = store.find(layer.descriptor().digest()).orElseThrow();
                InputStream in = open(layer, blob)) {
            assertThat(new LayerValidator().check(in)).isEmpty();
        }
    }
}
