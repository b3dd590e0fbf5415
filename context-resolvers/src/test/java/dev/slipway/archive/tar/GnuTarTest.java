package dev.slipway.archive.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GNU tar writes and we read; we write and GNU tar reads. */
class GnuTarTest {
    private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000, 123_456_789);
    private static final String LONG = "directory-with-a-long-name/".repeat(9);

    @TempDir
    private Path temporary;

    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectories(temporary.resolve("tree"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix", "ustar", "v7", "oldgnu"})
    void readsWhatGnuTarWrites(String format) throws Exception {
        boolean longNames = !format.equals("v7") && !format.equals("ustar");
        Files.writeString(tree.resolve("plain"), "content\n");
        Files.createDirectory(tree.resolve("sub"));
        Files.createLink(tree.resolve("plain-again"), tree.resolve("plain"));
        Files.createSymbolicLink(tree.resolve("pointer"), Path.of("sub/nowhere"));
        if (longNames) {
            Files.createDirectories(tree.resolve(LONG));
            Files.writeString(tree.resolve(LONG + "leaf"), "deep");
            Files.createSymbolicLink(tree.resolve("far"), Path.of(LONG + "leaf"));
        }
        Files.setLastModifiedTime(tree.resolve("plain"), FileTime.from(TIME));
        int uid = format.equals("v7") || format.equals("ustar") ? 1234 : 12345678;
        byte[] archive = tar("--format=" + format, "--sort=name", "--owner=" + uid, "--group=7", "-c", ".");

        Map<String, TarEntry> read = read(archive);

        TarEntry plain = entry(read, "./plain");
        assertThat(plain.type()).isEqualTo(TarType.FILE);
        assertThat(plain.sizeBytes()).isEqualTo(8);
        assertThat(plain.gid()).isEqualTo(7);
        assertThat(plain.uid()).isEqualTo(uid);
        assertThat(plain.modified())
                .isEqualTo(format.equals("posix") ? TIME : Instant.ofEpochSecond(TIME.getEpochSecond()));
        assertThat(entry(read, "./sub/").type()).isEqualTo(TarType.DIRECTORY);
        assertThat(entry(read, "./plain-again").type()).isEqualTo(TarType.HARD_LINK);
        assertThat(entry(read, "./plain-again").linkName()).asString().isEqualTo("./plain");
        assertThat(entry(read, "./pointer").linkName()).asString().isEqualTo("sub/nowhere");
        if (longNames) {
            assertThat(entry(read, "./" + LONG + "leaf").sizeBytes()).isEqualTo(4);
            assertThat(entry(read, "./far").linkName()).asString().isEqualTo(LONG + "leaf");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=gnu", "--sparse-version=0.0", "--sparse-version=0.1", "--sparse-version=1.0"})
    void readsSparseFilesOfEveryFormat(String option) throws Exception {
        byte[] expected = new byte[6 << 20];
        for (int segment = 0; segment < 40; segment++) {
            Arrays.fill(expected, segment * 131072, segment * 131072 + 5000, (byte) (segment + 1));
        }
        try (RandomAccessFile file = new RandomAccessFile(tree.resolve("holes").toFile(), "rw")) {
            for (int segment = 0; segment < 40; segment++) {
                file.seek(segment * 131072L);
                file.write(expected, segment * 131072, 5000);
            }
            file.setLength(expected.length);
        }
        Files.writeString(tree.resolve("zz-after"), "still in step");
        String format = option.startsWith("--sparse") ? "--format=posix" : "--format=gnu";
        byte[] archive = tar(format, "--sparse", option, "--hole-detection=raw", "-c", "holes", "zz-after");
        assertThat(archive).hasSizeLessThan(1 << 20);

        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        TarEntry holes = reader.next().orElseThrow();
        assertThat(holes.displayName()).isEqualTo("holes");
        assertThat(holes.sizeBytes()).isEqualTo(expected.length);
        assertThat(reader.content().readAllBytes()).isEqualTo(expected);
        assertThat(reader.next().orElseThrow().displayName()).isEqualTo("zz-after");
        assertThat(new String(reader.content().readAllBytes(), UTF_8)).isEqualTo("still in step");
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void passesOverHolesWithoutMakingZeros() throws Exception {
        try (RandomAccessFile file =
                new RandomAccessFile(tree.resolve("lastlog").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        byte[] archive = tar("--format=posix", "--sparse", "-c", "lastlog");

        TarReader reader = new TarReader(new ByteArrayInputStream(archive));

        assertThat(reader.next().orElseThrow().sizeBytes()).isEqualTo(1L << 40);
        assertThat(reader.content().skipHole()).isEqualTo(1L << 40);
        assertThat(reader.content().read()).isEqualTo(-1);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void readsAttributesAsBytes() throws Exception {
        Path file = Files.writeString(tree.resolve("f"), "x");
        byte[] value = {0, 1, (byte) 0xff, '\n', '=', 0};
        Files.setAttribute(file, "user:odd=name", ByteBuffer.wrap(value));
        Files.setAttribute(file, "user:empty", ByteBuffer.wrap(new byte[0]));

        Map<String, TarEntry> read = read(tar("--format=posix", "--xattrs", "-c", "f"));

        assertThat(entry(read, "f").xattrs().value("user.odd=name")).hasValue(value);
        assertThat(entry(read, "f").xattrs().value("user.empty")).hasValue(new byte[0]);
    }

    @Test
    void honoursAGlobalHeader() throws Exception {
        Files.writeString(tree.resolve("f"), "x");

        // GNU tar leaves the time out of each entry's own header only if told so.
        Map<String, TarEntry> read =
                read(tar("--format=posix", "--pax-option=mtime=1234567890.5,comment=hello,delete=mtime", "-c", "f"));

        assertThat(entry(read, "f").modified()).isEqualTo(Instant.ofEpochSecond(1_234_567_890, 500_000_000));
    }

    @Test
    void gnuTarExtractsWhatWeWrite() throws Exception {
        byte[] value = {0, 1, (byte) 0xff, '\n', '=', 0};
        Path archive = temporary.resolve("ours.tar");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
            TarWriter writer = new TarWriter(out);
            writer.begin(TarEntry.of(TarType.DIRECTORY, "d/".getBytes(UTF_8))
                    .permissions(0751)
                    .modified(TIME)
                    .build());
            writer.begin(TarEntry.of(TarType.FILE, "d/f".getBytes(UTF_8))
                    .permissions(0640)
                    .sizeBytes(3)
                    .modified(TIME)
                    .xattrs(Xattrs.of(Map.of("user.a%25=b", value, "user.100%", value)))
                    .build());
            writer.write("abc".getBytes(UTF_8), 0, 3);
            writer.begin(TarEntry.of(TarType.HARD_LINK, "d/g".getBytes(UTF_8))
                    .permissions(0640)
                    .linkName("d/f".getBytes(UTF_8))
                    .modified(TIME)
                    .build());
            writer.begin(TarEntry.of(TarType.SYMLINK, "d/s".getBytes(UTF_8))
                    .permissions(0777)
                    .linkName((LONG + "é").getBytes(UTF_8))
                    .modified(TIME)
                    .build());
            writer.begin(TarEntry.of(TarType.FIFO, "d/p".getBytes(UTF_8))
                    .permissions(0600)
                    .modified(TIME)
                    .build());
            writer.begin(TarEntry.of(TarType.FILE, ("d/" + "é".repeat(60)).getBytes(UTF_8))
                    .permissions(0600)
                    .modified(Instant.ofEpochSecond(-1, 250_000_000))
                    .build());
            writer.finish();
        }

        run(tree, "tar", "--xattrs", "--xattrs-include=*", "-xpf", archive.toString());

        assertThat(Files.readString(tree.resolve("d/f"))).isEqualTo("abc");
        assertThat(Files.getLastModifiedTime(tree.resolve("d/f")).toInstant()).isEqualTo(TIME);
        assertThat(Files.getLastModifiedTime(tree.resolve("d")).toInstant()).isEqualTo(TIME);
        assertThat(Files.getAttribute(tree.resolve("d/f"), "user:a%25=b")).isEqualTo(value);
        assertThat(Files.getAttribute(tree.resolve("d/f"), "user:100%")).isEqualTo(value);
        assertThat(Files.isSameFile(tree.resolve("d/f"), tree.resolve("d/g"))).isTrue();
        assertThat(Files.readSymbolicLink(tree.resolve("d/s"))).isEqualTo(Path.of(LONG + "é"));
        assertThat(Files.getLastModifiedTime(tree.resolve("d/" + "é".repeat(60)))
                        .toInstant())
                .isEqualTo(Instant.ofEpochSecond(-1, 250_000_000));
        assertThat(new String(run(temporary, "stat", "-c", "%F %a", "tree/d/p"), UTF_8).strip())
                .isEqualTo("fifo 600");
    }

    @Test
    void gnuTarListsSizesAndOwnersBeyondOctal() throws Exception {
        Path archive = temporary.resolve("ours.tar");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
            new TarWriter(out)
                    .begin(TarEntry.of(TarType.FILE, "big".getBytes(UTF_8))
                            .sizeBytes(10_000_000_000L)
                            .owner(4_000_000_000L, 3_000_000)
                            .build());
        }
        // The content is left out, so that GNU tar complains in the end; the listing is what counts.
        ProcessBuilder list = new ProcessBuilder("tar", "--numeric-owner", "-tvf", archive.toString());
        Process process = list.redirectError(temporary.resolve("err").toFile()).start();
        String listing = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();

        assertThat(listing)
                .contains("4000000000/3000000")
                .contains("10000000000")
                .contains("big");
    }

    @Test
    void namesThatAreNoTextPassThrough() throws Exception {
        byte[] name = {'n', (byte) 0xff, (byte) 0xc3, 'x'};
        run(tree, "sh", "-c", "printf hi > \"$(printf 'n\\377\\303x')\"");

        TarEntry read = new TarReader(new ByteArrayInputStream(tar("--format=posix", "-c", ".")))
                .next()
                .orElseThrow();
        assertThat(read.displayName()).isEqualTo("./");
        List<TarEntry> all = List.copyOf(read(tar("--format=gnu", "-c", ".")).values());
        assertThat(all).anyMatch(entry -> Arrays.equals(entry.name(), concat("./".getBytes(UTF_8), name)));
        assertThat(all).anyMatch(entry -> entry.displayName().equals("./n\\xff\\xc3x"));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return (new String(first, ISO_8859_1) + new String(second, ISO_8859_1)).getBytes(ISO_8859_1);
    }

    private static TarEntry entry(Map<String, TarEntry> entries, String name) {
        TarEntry entry = entries.get(name);
        assertThat(entry).as("%s among %s", name, entries.keySet()).isNotNull();
        return Objects.requireNonNull(entry);
    }

    private static Map<String, TarEntry> read(byte[] archive) throws IOException {
        Map<String, TarEntry> entries = new TreeMap<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            entries.put(new String(next.get().name(), ISO_8859_1), next.get());
        }
        return entries;
    }

    private byte[] tar(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "tar";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(tree, command);
    }

    private static byte[] run(Path directory, String... command) throws Exception {
        Path errors = Files.createTempFile("run", ".err");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors.toFile());
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process = builder.start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
            return output;
        } finally {
            Files.delete(errors);
        }
    }
}
