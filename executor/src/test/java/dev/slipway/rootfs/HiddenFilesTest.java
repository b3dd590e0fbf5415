package dev.slipway.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials while a command runs that shares our root: out of its reach, and where they were afterwards. */
class HiddenFilesTest {
    private static final PathBytes NAME = PathBytes.of("kaniko/.docker/config.json");

    @TempDir
    private Path path;

    @AutoClose
    private Directory root;

    @BeforeEach
    void makeTheFile() throws IOException {
        root = Directory.open(path);
        Files.createDirectories(path.resolve("kaniko/.docker"));
        Files.createDirectory(path.resolve("srv"));
        Files.writeString(file(), "credentials");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
    }

    private Path file() {
        return path.resolve(NAME.toString());
    }

    private HiddenFiles hide() throws IOException {
        return HiddenFiles.hide(root, List.of(NAME, PathBytes.of("none/of/these")));
    }

    private void isAsItWas() throws IOException {
        assertThat(Files.isRegularFile(file(), LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(file().toRealPath()).isEqualTo(path.toRealPath().resolve(NAME.toString()));
        assertThat(file()).hasContent("credentials");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-r-----");
    }

    @Test
    void areGoneAndComeBack() throws IOException {
        try (HiddenFiles hidden = hide()) {
            assertThat(file()).doesNotExist();
        }
        isAsItWas();
    }

    @Test
    void comeBackWhereTheyWereThoughALinkIsOnTheWay() throws IOException {
        try (HiddenFiles hidden = hide()) {
            Files.delete(path.resolve("kaniko/.docker"));
            Files.createSymbolicLink(path.resolve("kaniko/.docker"), Path.of("/srv"));
        }
        isAsItWas();
        assertThat(path.resolve("srv")).isEmptyDirectory();
    }

    @Test
    void comeBackThoughALinkFurtherUpLeadsElsewhere() throws IOException {
        try (HiddenFiles hidden = hide()) {
            Files.move(path.resolve("kaniko"), path.resolve("srv/kaniko"));
            Files.createSymbolicLink(path.resolve("kaniko"), Path.of("srv/kaniko"));
        }
        isAsItWas();
        assertThat(path.resolve("srv/kaniko/.docker")).isEmptyDirectory();
    }

    @Test
    void comeBackWhereEverythingWasRemovedOrReplaced() throws IOException {
        Files.setPosixFilePermissions(path.resolve("kaniko/.docker"), PosixFilePermissions.fromString("rwx------"));
        try (HiddenFiles hidden = hide()) {
            Files.delete(path.resolve("kaniko/.docker"));
            Files.delete(path.resolve("kaniko"));
            Files.writeString(path.resolve("kaniko"), "a file");
        }
        isAsItWas();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("kaniko/.docker"))))
                .isEqualTo("rwx------");
    }

    @Test
    void comeBackInPlaceOfALinkOfTheirOwnName() throws IOException {
        try (HiddenFiles hidden = hide()) {
            Files.createSymbolicLink(file(), Path.of("/srv/taken"));
        }
        isAsItWas();
        assertThat(path.resolve("srv")).isEmptyDirectory();
    }

    /** An image has a link where a directory that leads to the file was, so the file went where the link leads. */
    @Test
    void areFoundWhereALayerMovedThem() throws IOException {
        KeptPaths kept = new KeptPaths(root, List.of(NAME), warning -> {});

        assertThat(kept.makeWay(PathBytes.of("kaniko"), "opt/kaniko".getBytes(UTF_8)))
                .isTrue();

        assertThat(kept.placeOf(NAME)).isEqualTo(PathBytes.of("opt/kaniko/.docker/config.json"));
        assertThat(path.resolve(kept.placeOf(NAME).toString())).hasContent("credentials");
        assertThat(kept.placeOf(PathBytes.of("srv"))).isEqualTo(PathBytes.of("srv"));
    }
}
