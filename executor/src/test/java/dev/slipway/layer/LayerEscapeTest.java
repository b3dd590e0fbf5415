package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.archive.tar.TarType;
import dev.slipway.posix.FileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers that try to reach what lies beside the root. */
class LayerEscapeTest {
    @TempDir
    private Path temporary;

    private TestTree tree;

    @BeforeEach
    void openTree() throws IOException {
        Files.createDirectories(temporary.resolve("outside/d"));
        Files.writeString(temporary.resolve("outside/secret"), "untouched");
        tree = new TestTree(Files.createDirectory(temporary.resolve("root")));
    }

    @AfterEach
    void nothingOutsideHasChanged() throws IOException {
        tree.close();
        try (Stream<Path> names = Files.walk(temporary.resolve("outside"))) {
            assertThat(names.map(path -> temporary.relativize(path).toString()))
                    .containsExactlyInAnyOrder("outside", "outside/d", "outside/secret");
        }
        assertThat(Files.readString(temporary.resolve("outside/secret"))).isEqualTo("untouched");
        try (Stream<Path> names = Files.list(temporary)) {
            assertThat(names.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("outside", "root");
        }
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void excessDotsStopAtTheRoot(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .file("../../outside/secret", "in")
                        .file("/absolute", "in")
                        .file("./a/../../../b", "in")
                        .bytes(),
                mode);

        assertThat(tree.listing()).containsOnlyKeys("outside", "outside/secret", "absolute", "b");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aLinkThenAFileThroughItStaysInside(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .symlink("up", "../../outside")
                        .file("up/secret", "in")
                        .symlink("abs", temporary + "/outside")
                        .file("abs/secret", "in")
                        .bytes(),
                mode);

        assertThat(tree.content("outside/secret")).isEqualTo("in");
        tree.assertType("up", FileType.SYMLINK);
        assertThat(tree.content(temporary.toString().substring(1) + "/outside/secret"))
                .isEqualTo("in");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aFileReplacesALinkInsteadOfWritingThroughIt(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .symlink("f", temporary + "/outside/secret")
                        .file("f", "in")
                        .bytes(),
                mode);

        tree.assertType("f", FileType.REGULAR);
        assertThat(tree.content("f")).isEqualTo("in");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aLinkOfALowerLayerGivesWayToADirectory(ApplyMode mode) throws IOException {
        tree.apply(new TestTree.Tar().symlink("lib", temporary + "/outside").bytes(), mode);
        tree.apply(new TestTree.Tar().file("lib/secret", "in").bytes(), mode);

        tree.assertType("lib", FileType.DIRECTORY);
        assertThat(tree.content("lib/secret")).isEqualTo("in");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aHardLinkOutIsRefused(ApplyMode mode) throws IOException {
        for (String target : List.of("../outside/secret", temporary + "/outside/secret", "up/secret")) {
            byte[] tar = new TestTree.Tar()
                    .symlink("up", "../outside")
                    .hardLink("stolen", target)
                    .bytes();
            assertThatThrownBy(() -> tree.apply(tar, mode))
                    .isInstanceOf(LayerException.class)
                    .hasMessageContaining("entry \"stolen\": it is a hard link to");
        }
        assertThat(tree.exists("stolen")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aHardLinkToALinkLinksTheLink(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .symlink("l", temporary + "/outside/secret")
                        .hardLink("h", "l")
                        .file("h", "in")
                        .bytes(),
                mode);

        tree.assertType("l", FileType.SYMLINK);
        tree.assertType("h", FileType.REGULAR);
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void hardLinksOfOldImagesAreReadRelativeToTheRoot(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .file("./usr/bin/perl", "x")
                        .hardLink("usr/bin/perl5", "/usr/bin/perl")
                        .hardLink("usr/bin/perl6", "./usr/bin/perl")
                        .bytes(),
                mode);

        assertThat(tree.status("usr/bin/perl").links()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void whiteoutsDoNotReachThroughLinks(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .symlink("up", "../outside")
                        .file("up/.wh.secret", "")
                        .file("up/.wh..wh..opq", "")
                        .file("up/d/.wh..wh..opq", "")
                        .file("../outside/.wh.secret", "")
                        .bytes(),
                mode);

        tree.assertType("up", FileType.SYMLINK);
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void attributesAreNotSetThroughLinks(ApplyMode mode) throws IOException {
        var before = Files.getLastModifiedTime(temporary.resolve("outside/d"));
        tree.apply(
                new TestTree.Tar()
                        .symlink("l", temporary + "/outside/d")
                        .add(TarType.DIRECTORY, "l/", new byte[0], e -> e.permissions(0))
                        .bytes(),
                mode);

        tree.assertType("l", FileType.DIRECTORY);
        assertThat(Files.getLastModifiedTime(temporary.resolve("outside/d"))).isEqualTo(before);
        assertThat(Files.getAttribute(temporary.resolve("outside/d"), "unix:mode"))
                .isNotEqualTo(040000);
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void linksInACircleEnd(ApplyMode mode) throws IOException {
        byte[] tar = new TestTree.Tar()
                .symlink("a", "b")
                .symlink("b", "a")
                .file("a/x", "1")
                .bytes();

        assertThatThrownBy(() -> tree.apply(tar, mode)).hasMessageContaining("go in a circle");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aFileIsNoDirectoryInTheSameLayer(ApplyMode mode) throws IOException {
        byte[] tar = new TestTree.Tar().file("a", "1").file("a/b", "2").bytes();

        assertThatThrownBy(() -> tree.apply(tar, mode))
                .hasMessageContaining("entry \"a/b\": \"a\" is no directory in the same layer");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void nothingReplacesTheRoot(ApplyMode mode) throws IOException {
        for (String name : List.of("./", "..", "a/..")) {
            byte[] tar = new TestTree.Tar()
                    .add(TarType.SYMLINK, name, new byte[0], e -> e.linkName(new byte[] {'/'}))
                    .bytes();
            assertThatThrownBy(() -> tree.apply(tar, mode)).hasMessageContaining("would replace the root");
        }
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aPathThatNoSystemTakesIsRefused(ApplyMode mode) throws IOException {
        byte[] deep = new TestTree.Tar().directory("d/".repeat(3000)).bytes();
        byte[] longName = new TestTree.Tar().file("n".repeat(256), "").bytes();

        assertThatThrownBy(() -> tree.apply(deep, mode)).hasMessageContaining("no system takes more than 4095");
        assertThatThrownBy(() -> tree.apply(longName, mode)).hasMessageContaining("file name too long");
    }

    @ParameterizedTest
    @EnumSource(ApplyMode.class)
    void aDeviceOpensNothingOutside(ApplyMode mode) throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .add(
                                TarType.BLOCK_DEVICE,
                                "disk",
                                new byte[0],
                                e -> e.permissions(0666).device(8, 0))
                        .file("disk", "a file takes its place, nothing is written to the disk")
                        .bytes(),
                mode);

        tree.assertType("disk", FileType.REGULAR);
    }
}
