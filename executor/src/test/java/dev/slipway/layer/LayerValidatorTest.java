package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.Xattrs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerValidatorTest {
    private final LayerValidator validator = new LayerValidator();

    private List<String> check(TestTree.Tar tar) throws IOException {
        return validator.check(new ByteArrayInputStream(tar.bytes()));
    }

    @Test
    void acceptsWhatIsRight() throws IOException {
        assertThat(check(new TestTree.Tar()
                        .directory("./")
                        .directory("a/")
                        .file("a/f", "1")
                        .hardLink("a/g", "a/f")
                        .symlink("l", "/anywhere")))
                .isEmpty();
        assertThat(check(new TestTree.Tar().directory("a/").file("a/.wh.f", "").file(".wh.l", "")))
                .isEmpty();
        assertThat(check(new TestTree.Tar()
                        .directory("a/")
                        .file("a/.wh..wh..opq", "")
                        .file("a/n", "")))
                .isEmpty();
    }

    @Test
    void refusesNamesThatSomeReadersRefuse() throws IOException {
        for (String name : List.of("./f", "/f", "a//f", "a/../f")) {
            assertThat(check(new TestTree.Tar().file(name, ""))).as(name).isNotEmpty();
        }
        assertThat(check(new TestTree.Tar().directory("d"))).hasSize(1);
        assertThat(check(new TestTree.Tar().file("f", "").hardLink("g", "/f")))
                .containsExactly("\"g\" has a link name with slashes too many");
        assertThat(check(new TestTree.Tar().file("f", "").hardLink("g", "./f")))
                .contains("\"g\" has dots in its link name");
    }

    @Test
    void refusesDoubleNamesAndParentsThatComeLate() throws IOException {
        assertThat(check(new TestTree.Tar().file("f", "").file("f", ""))).containsExactly("\"f\" comes twice");
        assertThat(check(new TestTree.Tar().file("d/f", "").directory("d/")))
                .containsExactly("\"d/\" comes after something that lies in it");
        assertThat(check(new TestTree.Tar().file("f", "").file("f/g", "")))
                .containsExactly("\"f/g\" lies in \"f\", which is no directory");
    }

    @Test
    void refusesHardLinksToNothing() throws IOException {
        assertThat(check(new TestTree.Tar().hardLink("a", "b").file("b", ""))).hasSize(1);
    }

    @Test
    void refusesWhiteoutsThatTakeNothingAway() throws IOException {
        assertThat(check(new TestTree.Tar().file(".wh.x", "")))
                .containsExactly("\".wh.x\" takes away what no lower layer has");
        check(new TestTree.Tar().directory("d/").file("d/f", ""));
        assertThat(check(new TestTree.Tar().file(".wh.d", "").file("d/.wh.f", "")))
                .containsExactly("\"d/.wh.f\" takes away what went with \"d\"");
    }

    @Test
    void refusesTheHostsAttributes() throws IOException {
        assertThat(check(new TestTree.Tar()
                        .add(
                                TarType.FILE,
                                "f",
                                new byte[0],
                                e -> e.xattrs(Xattrs.of(Map.of("trusted.overlay.opaque", new byte[] {'y'}))))))
                .containsExactly("\"f\" carries the attribute trusted.overlay.opaque");
    }
}
