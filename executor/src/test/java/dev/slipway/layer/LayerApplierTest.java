package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerApplierTest {
    @TempDir
    private Path temporary;

    private TestTree tree;

    @BeforeEach
    void openTree() throws IOException {
        tree = new TestTree(Files.createDirectory(temporary.resolve("root")));
    }

    @AfterEach
    void closeTree() {
        tree.close();
    }

    @Test
    void givesEveryEntryItsAttributes() throws IOException {
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] tar = new TestTree.Tar()
                .add(
                        TarType.DIRECTORY,
                        "d/",
                        new byte[0],
                        e -> e.permissions(01777).owner(5, 6))
                .add(
                        TarType.FILE,
                        "d/s",
                        "x".getBytes(UTF_8),
                        e -> e.permissions(06755).owner(1234, 4_000_000_000L))
                .add(
                        TarType.FILE,
                        "d/ping",
                        new byte[0],
                        e -> e.permissions(0755)
                                .owner(7, 7)
                                .xattrs(Xattrs.of(
                                        Map.of("security.capability", capability, "user.note", new byte[] {0, -1}))))
                .add(
                        TarType.SYMLINK,
                        "d/l",
                        new byte[0],
                        e -> e.permissions(0777).owner(8, 9).linkName("/abs//x/".getBytes(UTF_8)))
                .hardLink("d/h", "d/s")
                .add(
                        TarType.CHARACTER_DEVICE,
                        "d/null",
                        new byte[0],
                        e -> e.permissions(0666).device(1, 3))
                .add(
                        TarType.BLOCK_DEVICE,
                        "d/loop",
                        new byte[0],
                        e -> e.permissions(0660).owner(0, 6).device(7, 300))
                .add(TarType.FIFO, "d/p", new byte[0], e -> e.permissions(0620))
                .bytes();

        AppliedLayer applied = tree.apply(tar, ApplyMode.PLAIN);

        assertThat(applied.entries()).isEqualTo(8);
        assertThat(applied.uncompressedBytes()).isEqualTo(tar.length);
        FileStatus directory = tree.status("d");
        assertThat(directory.permissions()).isEqualTo(01777);
        assertThat(directory.mtimeSeconds()).isEqualTo(TestTree.TIME.getEpochSecond());
        assertThat(directory.mtimeNanos()).isEqualTo(TestTree.TIME.getNano());
        FileStatus setuid = tree.status("d/s");
        assertThat(setuid.permissions()).isEqualTo(06755);
        assertThat(setuid.unsignedUid()).isEqualTo(1234);
        assertThat(setuid.unsignedGid()).isEqualTo(4_000_000_000L);
        assertThat(setuid.mtimeNanos()).isEqualTo(TestTree.TIME.getNano());
        assertThat(setuid.links()).isEqualTo(2);
        assertThat(tree.root().xattrs(PathBytes.of("d/ping")).get("security.capability"))
                .hasValue(capability);
        assertThat(tree.root().xattrs(PathBytes.of("d/ping")).get("user.note")).hasValue(new byte[] {0, -1});
        assertThat(new String(tree.root().readLink(PathBytes.of("d/l")), UTF_8)).isEqualTo("/abs//x/");
        assertThat(tree.status("d/l").uid()).isEqualTo(8);
        assertThat(tree.status("d/l").mtimeNanos()).isEqualTo(TestTree.TIME.getNano());
        assertThat(tree.status("d/null").rdevMinor()).isEqualTo(3);
        assertThat(tree.status("d/loop").rdevMinor()).isEqualTo(300);
        assertThat(tree.status("d/loop").type()).isEqualTo(FileType.BLOCK_DEVICE);
        assertThat(tree.status("d/p").permissions()).isEqualTo(0620);
    }

    @Test
    void takesAnyCompressionWhateverTheMediaTypeSays() throws IOException {
        byte[] tar = new TestTree.Tar().file("f", "hello").bytes();
        byte[] gzipTwice = concat(gzip(Arrays.copyOf(tar, 700)), gzip(Arrays.copyOfRange(tar, 700, tar.length)));
        byte[] zstd =
                concat(Zstd.compress(Arrays.copyOf(tar, 600)), Zstd.compress(Arrays.copyOfRange(tar, 600, tar.length)));

        for (byte[] blob : new byte[][] {tar, gzip(tar), gzipTwice, zstd}) {
            tree.apply(tar, blob, ApplyMode.PLAIN, ChecksumListener.NONE);
            assertThat(tree.content("f")).isEqualTo("hello");
        }
    }

    @Test
    void refusesABlobThatIsNotWhatItsDigestSays() throws IOException {
        byte[] tar = new TestTree.Tar().file("f", "hello").bytes();
        byte[] blob = gzip(tar);
        byte[] other = blob.clone();
        other[other.length - 9] ^= 1;

        assertThatThrownBy(() -> new LayerApplier(tree.root(), ApplyMode.PLAIN)
                        .apply(new ByteArrayInputStream(tar), TestTree.descriptor(blob), TestTree.diffId(tar)))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("should have " + blob.length + " bytes, but " + tar.length + " came");
        assertThatThrownBy(() -> tree.apply(gzip(tar), blob, ApplyMode.PLAIN, ChecksumListener.NONE))
                .hasMessageContaining("unpacks to " + TestTree.diffId(tar) + ", but the image's config says");
        assertThatThrownBy(() -> new LayerApplier(tree.root(), ApplyMode.PLAIN)
                        .apply(new ByteArrayInputStream(other), TestTree.descriptor(blob), TestTree.diffId(tar)))
                .isInstanceOf(LayerException.class);
    }

    @Test
    void refusesATruncatedLayer() throws IOException {
        byte[] tar = new TestTree.Tar().file("f", "hello".repeat(5000)).bytes();
        byte[] blob = gzip(tar);
        byte[] cut = Arrays.copyOf(blob, blob.length / 2);

        assertThatThrownBy(() -> tree.apply(tar, cut, ApplyMode.PLAIN, ChecksumListener.NONE))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("gzip data is damaged or cut off");
        assertThatThrownBy(() -> tree.apply(tar, Arrays.copyOf(tar, 4000), ApplyMode.PLAIN, ChecksumListener.NONE))
                .hasMessageContaining("entry 1 \"f\": the archive ends");
    }

    @Test
    void replacesTypesAndKeepsWhatALayerSays() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .directory("a/")
                        .file("a/inner", "1")
                        .file("b", "2")
                        .symlink("c", "a")
                        .directory("d/")
                        .bytes(),
                ApplyMode.PLAIN);
        tree.apply(
                new TestTree.Tar()
                        .file("a", "now a file")
                        .directory("b/")
                        .directory("c/")
                        .file("c/x", "3")
                        .symlink("d", "b")
                        .bytes(),
                ApplyMode.PLAIN);

        assertThat(tree.content("a")).isEqualTo("now a file");
        tree.assertType("b", FileType.DIRECTORY);
        tree.assertType("c", FileType.DIRECTORY);
        assertThat(tree.content("c/x")).isEqualTo("3");
        tree.assertType("d", FileType.SYMLINK);
    }

    @Test
    void putsBackTheTimeOfADirectoryThatTheLayerDoesNotMention() throws IOException {
        tree.apply(new TestTree.Tar().directory("etc/").directory("etc/conf/").bytes(), ApplyMode.PLAIN);
        tree.apply(new TestTree.Tar().file("etc/conf/new", "1").bytes(), ApplyMode.PLAIN);
        tree.apply(new TestTree.Tar().file("etc/.wh.conf", "").bytes(), ApplyMode.PLAIN);

        assertThat(tree.status("etc").mtimeNanos()).isEqualTo(TestTree.TIME.getNano());
        assertThat(tree.exists("etc/conf")).isFalse();
    }

    @Test
    void makesMissingParentsTheSameEverywhere() throws IOException {
        AppliedLayer applied = tree.apply(new TestTree.Tar().file("x/y/z", "1").bytes(), ApplyMode.OVERLAY_TRUSTED);

        assertThat(applied.impliedDirectories())
                .containsExactly(PathBytes.EMPTY, PathBytes.of("x"), PathBytes.of("x/y"));
        assertThat(tree.status("x/y").permissions()).isEqualTo(0755);
        assertThat(tree.status("x/y").mtimeSeconds()).isZero();
    }

    @Test
    void dropsTheAttributesThatADirectoryNoLongerHas() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .add(
                                TarType.DIRECTORY,
                                "d/",
                                new byte[0],
                                e -> e.permissions(0755)
                                        .xattrs(Xattrs.of(Map.of("user.a", new byte[] {1}, "user.b", new byte[] {2}))))
                        .bytes(),
                ApplyMode.PLAIN);
        tree.apply(
                new TestTree.Tar()
                        .add(
                                TarType.DIRECTORY,
                                "d/",
                                new byte[0],
                                e -> e.permissions(0700).xattrs(Xattrs.of(Map.of("user.b", new byte[] {3}))))
                        .bytes(),
                ApplyMode.PLAIN);

        assertThat(LayerXattrs.read(tree.root().xattrs(PathBytes.of("d"))))
                .isEqualTo(Xattrs.of(Map.of("user.b", new byte[] {3})));
    }

    @Test
    void neverTakesTheHostsOrOverlaysAttributesFromALayer() throws IOException {
        Xattrs hostile = Xattrs.of(Map.of(
                "trusted.overlay.redirect", "/etc".getBytes(UTF_8),
                "trusted.overlay.opaque", "y".getBytes(UTF_8),
                "user.overlay.opaque", "y".getBytes(UTF_8),
                "security.selinux", "x".getBytes(UTF_8)));

        tree.apply(
                new TestTree.Tar()
                        .add(
                                TarType.DIRECTORY,
                                "d/",
                                new byte[0],
                                e -> e.permissions(0755).xattrs(hostile))
                        .bytes(),
                ApplyMode.OVERLAY_TRUSTED);

        assertThat(tree.root().xattrs(PathBytes.of("d")).names())
                .doesNotContain("trusted.overlay.redirect", "trusted.overlay.opaque", "user.overlay.opaque");
    }

    @Test
    void leavesHolesInLargeFiles() throws IOException {
        byte[] content = new byte[8 << 20];
        content[5_000_000] = 1;
        tree.apply(
                new TestTree.Tar()
                        .add(TarType.FILE, "sparse", content, e -> e.permissions(0600))
                        .bytes(),
                ApplyMode.PLAIN);

        assertThat(tree.status("sparse").sizeBytes()).isEqualTo(content.length);
        assertThat(tree.status("sparse").blocks() * 512).isLessThan(1 << 20);
        assertThat(Files.readAllBytes(temporary.resolve("root/sparse"))).isEqualTo(content);
    }

    @Test
    void tellsTheChecksumOfEachFileWhereItLies() throws IOException {
        ContentIndex index = new ContentIndex();
        byte[] tar = new TestTree.Tar()
                .directory("real/")
                .symlink("link", "real")
                .file("link/f", "content")
                .hardLink("g", "link/f")
                .bytes();

        tree.apply(tar, tar, ApplyMode.PLAIN, index);

        long expected = ContentChecksum.of("content".getBytes(UTF_8));
        assertThat(index.find(PathBytes.of("real/f"))).hasValue(new ChecksumListener.Checksums(expected, 0));
        assertThat(index.find(PathBytes.of("g"))).hasValue(new ChecksumListener.Checksums(expected, 0));
        assertThat(index.find(PathBytes.of("link/f"))).isEmpty();
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
