package dev.slipway.context.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.context.StandardInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveResolverTest {

    private static final StandardInput NOTHING = new StandardInput(InputStream.nullInputStream(), false);

    @TempDir
    Path directory;

    private Path scratch = Path.of("/");

    @BeforeEach
    void nameTheScratchDirectory() {
        scratch = directory.resolve("builds/1/context");
    }

    @ParameterizedTest
    @CsvSource({"cat, misleading.zip", "gzip -c, a.tar", "bzip2 -c, a.tar.gz", "xz -c, a", "zstd -c -q, a.bz2"})
    void recognisesTheCompressionByContentNotByName(String command, String name) throws Exception {
        Path archive = directory.resolve(name);
        Files.write(archive, filter(command, sample()));
        try (BuildContext context = resolve("tar://" + archive)) {
            assertSample(context);
        }
        assertThat(scratch).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat", "gzip -c", "bzip2 -c", "xz -c", "zstd -c -q"})
    void readsStandardInput(String command) throws Exception {
        byte[] packed = filter(command, sample());
        StandardInput input = new StandardInput(new OneByteAtATime(packed), false);
        try (BuildContext context = resolve("tar://stdin", input)) {
            assertSample(context);
            assertThat(context.origin()).isEqualTo("tar://stdin");
        }
    }

    @Test
    void saysThatStandardInputIsEmpty() {
        assertFails("tar://stdin", NOTHING, "standard input is empty");
    }

    @Test
    void doesNotWaitForAPersonToTypeAnArchive() {
        assertFails("tar://stdin", new StandardInput(InputStream.nullInputStream(), true), "terminal");
    }

    @Test
    void refusesTextAndLeavesNothing() throws IOException {
        Path text = Files.writeString(directory.resolve("x.tar"), "this is no archive\n".repeat(100));
        assertFails("tar://" + text, NOTHING, "x.tar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat", "gzip -c", "bzip2 -c", "xz -c", "zstd -c -q"})
    void refusesATruncatedArchiveAndLeavesNothing(String command) throws Exception {
        byte[] whole = filter(command, sample());
        Path archive = Files.write(directory.resolve("cut.tar"), Arrays.copyOf(whole, whole.length * 2 / 3));
        assertFails("tar://" + archive, NOTHING, "cut.tar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escape", "/absolute", "a/../../escape", "link/through"})
    void refusesAnEntryThatLeadsOutByItsNameAndLeavesNothing(String name) throws IOException {
        byte[] hostile = tar(tar -> {
            file(tar, "dir/file", "good");
            link(tar, "link", "dir", TarConstants.LF_SYMLINK);
            file(tar, name, "evil");
        });
        Path archive = Files.write(directory.resolve("hostile.tar"), hostile);
        assertFails("tar://" + archive, NOTHING, name.equals("link/through") ? "link" : name.replaceFirst("^/", ""));
        assertThat(directory.resolve("builds/1/escape")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../../outside", "dir/../../outside"})
    void refusesALinkThatPointsOutAndLeavesNothing(String target) throws IOException {
        Path archive = Files.write(
                directory.resolve("hostile.tar"), tar(tar -> link(tar, "link", target, TarConstants.LF_SYMLINK)));
        assertFails("tar://" + archive, NOTHING, "\"link\"");
    }

    @Test
    void refusesADeviceAndAnEntryThatComesTwice() throws IOException {
        Path device = Files.write(directory.resolve("device.tar"), tar(tar -> {
            link(tar, "dev/null", "", TarConstants.LF_CHR);
        }));
        assertFails("tar://" + device, NOTHING, "dev/null");
        Path twice = Files.write(directory.resolve("twice.tar"), tar(tar -> {
            file(tar, "same", "1");
            file(tar, "same", "2");
        }));
        assertFails("tar://" + twice, NOTHING, "same");
    }

    @Test
    void holdsToTheLimitOfItsSize() throws IOException {
        Path archive = Files.write(directory.resolve("a.tar"), sample());
        assertThatThrownBy(() -> new ArchiveResolver()
                        .resolve(
                                ContextUri.parse("tar://" + archive),
                                ContextOptions.in(scratch).withSizeLimit(OptionalLong.of(1000))))
                .isInstanceOf(ContextException.class);
        assertThat(scratch).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithThePath() {
        assertFails("tar://" + directory + "/gone.tar", NOTHING, "no such file");
        assertFails("tar://" + directory, NOTHING, "is a directory; write dir://");
        assertFails("tar://", NOTHING, "names no archive");
    }

    private void assertFails(String uri, StandardInput input, String words) {
        assertThatThrownBy(() -> resolve(uri, input))
                .isInstanceOfSatisfying(
                        ContextException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ContextException.Kind.CONTEXT))
                .hasMessageContaining(words);
        assertThat(scratch).doesNotExist();
    }

    private BuildContext resolve(String uri) throws ContextException, InterruptedException {
        return resolve(uri, NOTHING);
    }

    private BuildContext resolve(String uri, StandardInput input) throws ContextException, InterruptedException {
        return new ArchiveResolver()
                .resolve(ContextUri.parse(uri), ContextOptions.in(scratch).withStandardInput(input));
    }

    private void assertSample(BuildContext context) throws IOException {
        assertThat(context.root()).isEqualTo(scratch);
        assertThat(context.root().resolve("dir/file")).hasContent("content\n");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(context.root().resolve("dir/file"))))
                .isEqualTo("rwxr-x---");
        assertThat(Files.size(context.root().resolve("large"))).isEqualTo(300_000);
        assertThat(context.sizeBytes()).hasValue(300_008);
    }

    private static byte[] sample() {
        return tar(tar -> {
            file(tar, "dir/file", "content\n");
            file(tar, "large", "0123456789".repeat(30_000));
        });
    }

    private static byte[] tar(Consumer<TarArchiveOutputStream> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            entries.accept(tar);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static void file(TarArchiveOutputStream tar, String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
        entry.setSize(bytes.length);
        entry.setMode(0750);
        put(tar, entry, bytes);
    }

    private static void link(TarArchiveOutputStream tar, String name, String target, byte type) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        put(tar, entry, new byte[0]);
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] filter(String command, byte[] input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command.split(" ")).start();
        Thread feeder = Thread.ofVirtual().start(() -> {
            try (var stream = process.getOutputStream()) {
                stream.write(input);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        byte[] output = process.getInputStream().readAllBytes();
        feeder.join();
        assertThat(process.waitFor()).isZero();
        return output;
    }

    /** A pipe gives what is there, never what is asked for. */
    private static final class OneByteAtATime extends ByteArrayInputStream {
        OneByteAtATime(byte[] bytes) {
            super(bytes);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, 1));
        }

        @Override
        public int available() {
            return 0;
        }
    }
}
