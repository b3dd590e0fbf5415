package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerWhiteoutTest {
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

    private void applyBase() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .directory("d/")
                        .file("d/old", "old")
                        .directory("d/sub/")
                        .file("d/sub/deep", "old")
                        .file("f", "old")
                        .bytes(),
                ApplyMode.PLAIN);
    }

    @Test
    void aWhiteoutRemovesFilesAndTrees() throws IOException {
        applyBase();

        tree.apply(new TestTree.Tar().file(".wh.f", "").file("d/.wh.sub", "").bytes(), ApplyMode.PLAIN);

        assertThat(tree.listing()).containsOnlyKeys("d", "d/old");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWhiteoutConcernsLowerLayersOnlyWhereverItStands(boolean first) throws IOException {
        applyBase();
        TestTree.Tar layer = new TestTree.Tar();
        if (first) {
            layer.file(".wh.d", "").file(".wh.f", "");
        }
        layer.directory("d/").file("d/new", "new").file("f", "new");
        if (!first) {
            layer.file(".wh.d", "").file(".wh.f", "");
        }

        tree.apply(layer.bytes(), ApplyMode.PLAIN);

        assertThat(tree.listing()).containsOnlyKeys("d", "d/new", "f");
        assertThat(tree.content("f")).isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOpaqueMarkEmptiesADirectoryOfLowerContentOnly(boolean first) throws IOException {
        applyBase();
        TestTree.Tar layer = new TestTree.Tar().directory("d/");
        if (first) {
            layer.file("d/.wh..wh..opq", "");
        }
        layer.directory("d/sub/").file("d/sub/new", "new");
        if (!first) {
            layer.file("d/.wh..wh..opq", "");
        }

        tree.apply(layer.bytes(), ApplyMode.PLAIN);

        assertThat(tree.listing()).containsOnlyKeys("d", "d/sub", "d/sub/new", "f");
    }

    @Test
    void aWhiteoutOfWhatIsNotThereIsNothing() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .file("no/where/.wh.x", "")
                        .file("nowhere/.wh..wh..opq", "")
                        .bytes(),
                ApplyMode.PLAIN);

        assertThat(tree.listing()).isEmpty();
    }

    @Test
    void overlaysGetWhiteoutDevicesAndOpaqueMarks() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .directory("d/")
                        .file("d/.wh..wh..opq", "")
                        .file("d/new", "new")
                        .file(".wh.gone", "")
                        .bytes(),
                ApplyMode.OVERLAY_TRUSTED);

        assertThat(tree.status("gone").isOverlayWhiteout()).isTrue();
        assertThat(tree.root().xattrs(PathBytes.of("d")).get("trusted.overlay.opaque"))
                .hasValue(new byte[] {'y'});
        assertThat(tree.status("d").mtimeNanos()).isEqualTo(TestTree.TIME.getNano());
        assertThat(tree.exists("d/.wh..wh..opq")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAnOverlayNoWhiteoutLiesBelowAnOpaqueMark(boolean opaqueFirst) throws IOException {
        TestTree.Tar layer = new TestTree.Tar().directory("d/");
        if (opaqueFirst) {
            layer.file("d/.wh..wh..opq", "");
        }
        layer.directory("d/e/").file("d/.wh.x", "").file("d/e/.wh.y", "");
        if (!opaqueFirst) {
            layer.file("d/.wh..wh..opq", "");
        }

        tree.apply(layer.bytes(), ApplyMode.OVERLAY_TRUSTED);

        assertThat(tree.listing()).containsOnlyKeys("d", "d/e");
    }

    @Test
    void overlaysOfUserNamespacesGetUserMarks() throws IOException {
        tree.apply(new TestTree.Tar().directory("d/").file("d/.wh..wh..opq", "").bytes(), ApplyMode.OVERLAY_USER);

        assertThat(tree.root().xattrs(PathBytes.of("d")).get("user.overlay.opaque"))
                .hasValue(new byte[] {'y'});
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAnOverlayANewDirectoryHidesTheOldOneOfItsName(boolean whiteoutFirst) throws IOException {
        TestTree.Tar layer = new TestTree.Tar();
        if (whiteoutFirst) {
            layer.file(".wh.d", "").file(".wh.f", "");
        }
        layer.directory("d/").file("d/new", "new").file("f", "new");
        if (!whiteoutFirst) {
            layer.file(".wh.d", "").file(".wh.f", "");
        }

        tree.apply(layer.bytes(), ApplyMode.OVERLAY_TRUSTED);

        assertThat(tree.root().xattrs(PathBytes.of("d")).get("trusted.overlay.opaque"))
                .isPresent();
        assertThat(tree.content("d/new")).isEqualTo("new");
        tree.assertType("f", FileType.REGULAR);
    }

    @Test
    void aufsBookkeepingIsPassedOver() throws IOException {
        tree.apply(
                new TestTree.Tar()
                        .directory(".wh..wh.plnk/")
                        .file(".wh..wh.plnk/123.456", "x")
                        .file(".wh..wh.aufs", "")
                        .file("f", "1")
                        .bytes(),
                ApplyMode.PLAIN);

        assertThat(tree.listing()).containsOnlyKeys("f");
    }

    @Test
    void marksThatMeanNothingAreRefused() throws IOException {
        for (String name : new String[] {".wh.", "d/.wh..", "d/.wh...", ".wh.d/x"}) {
            byte[] tar = new TestTree.Tar().file(name, "").bytes();
            assertThatThrownBy(() -> tree.apply(tar, ApplyMode.PLAIN))
                    .as(name)
                    .isInstanceOf(LayerException.class)
                    .hasMessageContaining("layer entry \"" + name + "\"");
        }
    }
}
