package dev.slipway.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    private static final PathBytes ODD_NAME = PathBytes.of(new byte[] {'x', (byte) 0xff, '\n'});

    @TempDir
    private Path outside;

    private Directory root;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(outside.resolve("root/etc"));
        Files.writeString(outside.resolve("secret"), "outside");
        Files.writeString(outside.resolve("root/etc/passwd"), "inside");
        root = Directory.open(outside.resolve("root"));
    }

    @AfterEach
    void close() {
        root.close();
    }

    @Test
    void followsAbsoluteLinksInsideTheRoot() throws IOException {
        root.makeSymbolicLink(PathBytes.of("link"), "/etc".getBytes(UTF_8));
        assertThat(read("link/passwd")).isEqualTo("inside");
    }

    @Test
    void clampsParentsAtTheRoot() throws IOException {
        root.makeSymbolicLink(PathBytes.of("up"), "../../../etc/passwd".getBytes(UTF_8));
        assertThat(read("up")).isEqualTo("inside");
        assertThatThrownBy(() -> read("../secret"))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void walksByHandAsTheKernelDoes() throws IOException {
        root.makeSymbolicLink(PathBytes.of("a"), "/etc/../b".getBytes(UTF_8));
        root.makeSymbolicLink(PathBytes.of("b"), "../../etc".getBytes(UTF_8));
        root.makeSymbolicLink(PathBytes.of("loop"), "loop".getBytes(UTF_8));
        int fd = Resolution.walk(root.fd(), PathBytes.of("a/passwd"), Resolution.O_RDONLY, 0);
        try (OpenFile file = new OpenFile(fd, "passwd")) {
            assertThat(new String(file.in().readAllBytes(), UTF_8)).isEqualTo("inside");
        }
        assertThatThrownBy(() -> Resolution.walk(root.fd(), PathBytes.of("loop"), Resolution.O_RDONLY, 0))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.is(Errno.ELOOP)).isTrue());
        assertThatThrownBy(() -> Resolution.walk(root.fd(), PathBytes.of("etc/passwd/x"), Resolution.O_RDONLY, 0))
                .isInstanceOf(PosixException.class);
    }

    @Test
    void keepsNamesAsBytes() throws IOException {
        root.makeDirectory(ODD_NAME, 0700);
        assertThat(root.list()).extracting(Directory.Entry::name).contains(ODD_NAME);
        assertThat(ODD_NAME).hasToString("x\\xff\\x0a");
        root.removeTree(ODD_NAME);
        assertThat(root.statusIfPresent(ODD_NAME)).isEmpty();
    }

    @Test
    void setsModesOwnersTimesAndAttributes() throws IOException {
        PathBytes file = PathBytes.of("etc/tool");
        root.createFile(file, 0600).close();
        root.setOwner(file, 12, 34);
        root.setPermissions(file, 04755);
        root.xattrs(file).set("user.note", new byte[] {0, 1, (byte) 0xff});
        root.setModified(file, -7, 123456789);
        FileStatus status = root.status(file);
        assertThat(status.uid()).isEqualTo(12);
        assertThat(status.gid()).isEqualTo(34);
        assertThat(status.permissions()).isEqualTo(04755);
        assertThat(status.mtimeSeconds()).isEqualTo(-7);
        assertThat(status.mtimeNanos()).isEqualTo(123456789);
        assertThat(root.xattrs(file).names()).containsExactly("user.note");
        assertThat(root.xattrs(file).get("user.note")).contains(new byte[] {0, 1, (byte) 0xff});
        root.xattrs(file).remove("user.note");
        assertThat(root.xattrs(file).get("user.note")).isEmpty();
    }

    @Test
    void neverWritesThroughALink() throws IOException {
        root.makeSymbolicLink(PathBytes.of("trap"), "../secret".getBytes(UTF_8));
        assertThatThrownBy(() -> root.createFile(PathBytes.of("trap"), 0644))
                .isInstanceOfSatisfying(
                        PosixException.class,
                        e -> assertThat(e.is(Errno.EEXIST)).isTrue());
        root.setOwner(PathBytes.of("trap"), 5, 6);
        assertThat(root.status(PathBytes.of("trap")).uid()).isEqualTo(5);
        assertThatThrownBy(() -> root.setPermissions(PathBytes.of("trap"), 0600))
                .isInstanceOfSatisfying(
                        PosixException.class,
                        e -> assertThat(e.is(Errno.EOPNOTSUPP)).isTrue());
    }

    @Test
    void copiesHolesAsHoles() throws IOException {
        PathBytes sparse = PathBytes.of("sparse");
        try (OpenFile file = root.createFile(sparse, 0644)) {
            file.truncate(64L << 20);
            file.position(32L << 20);
            file.write("middle".getBytes(UTF_8), 0, 6);
            file.truncate(64L << 20);
        }
        try (OpenFile from = root.openRead(sparse);
                OpenFile to = root.createFile(PathBytes.of("copy"), 0644)) {
            from.copyTo(to);
        }
        FileStatus copy = root.status(PathBytes.of("copy"));
        assertThat(copy.sizeBytes()).isEqualTo(64L << 20);
        assertThat(copy.blocks() * 512).isLessThan(1L << 20);
        try (OpenFile file = root.openRead(PathBytes.of("copy"))) {
            byte[] middle = new byte[6];
            assertThat(file.read(32L << 20, middle, 0, 6)).isEqualTo(6);
            assertThat(new String(middle, UTF_8)).isEqualTo("middle");
        }
    }

    @Test
    void makesDevicesFifosAndHardLinks() throws IOException {
        root.makeNode(PathBytes.of("null"), FileType.CHARACTER_DEVICE, 0666, 1, 3);
        root.makeNode(PathBytes.of("fifo"), FileType.FIFO, 0600, 0, 0);
        root.makeNode(PathBytes.of("big"), FileType.BLOCK_DEVICE, 0600, 4095, 1048575);
        root.makeHardLink(PathBytes.of("etc/passwd"), PathBytes.of("same"));
        assertThat(root.status(PathBytes.of("null")).rdevMajor()).isEqualTo(1);
        assertThat(root.status(PathBytes.of("null")).rdevMinor()).isEqualTo(3);
        assertThat(root.status(PathBytes.of("big")).rdevMajor()).isEqualTo(4095);
        assertThat(root.status(PathBytes.of("big")).rdevMinor()).isEqualTo(1048575);
        assertThat(root.status(PathBytes.of("fifo")).type()).isEqualTo(FileType.FIFO);
        assertThat(root.status(PathBytes.of("same")).isSameFile(root.status(PathBytes.of("etc/passwd"))))
                .isTrue();
        assertThat(root.status(PathBytes.of("same")).links()).isEqualTo(2);
    }

    @Test
    void opensAFileForAnExclusiveLockWithoutMakingOne() throws IOException {
        try (OpenFile file = root.openReadWrite(PathBytes.of("etc/passwd"))) {
            assertThat(file.tryLock(false)).isTrue();
            byte[] content = read("etc/passwd").getBytes(UTF_8);
            // NFS asks for it: what may be locked for writing may be written.
            file.write(content, 0, content.length);
        }
        assertThatThrownBy(() -> root.openReadWrite(PathBytes.of("etc/none")))
                .isInstanceOfSatisfying(
                        PosixException.class,
                        e -> assertThat(e.is(Errno.ENOENT)).isTrue());
        assertThat(root.statusIfPresent(PathBytes.of("etc/none"))).isEmpty();
    }

    private String read(String path) throws IOException {
        try (OpenFile file = root.openReadFollowing(PathBytes.of(path))) {
            return new String(file.in().readAllBytes(), UTF_8);
        }
    }
}
