package dev.slipway.context.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryResolverTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"dir://", ""})
    void usesADirectoryInPlace(String prefix) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        try (BuildContext context = resolve(prefix + directory)) {
            assertThat(context.root()).isEqualTo(directory.toRealPath());
            assertThat(context.sizeBytes()).isEmpty();
        }
        assertThat(file).hasContent("content");
        assertThat(directory.resolve("scratch")).doesNotExist();
    }

    @Test
    void takesNamesWithBlanksPercentSignsAndUmlauts() throws Exception {
        Path named = Files.createDirectory(directory.resolve("my süß%20dir"));
        try (BuildContext context = resolve("dir://" + named)) {
            assertThat(context.root()).isEqualTo(named.toRealPath());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "dir:///", "/./", "dir:///tmp/..", "/usr/../"})
    void refusesTheWholeFileSystem(String uri) {
        assertThatThrownBy(() -> resolve(uri))
                .isInstanceOf(ContextException.class)
                .hasMessageContainingAll("whole file system", "--force");
    }

    @Test
    void refusesAParentOfOurOwnDirectoryEvenIfThatIsNotMadeYet() throws IOException {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("real")));
        Path own = link.resolve("not/yet/slipway");
        ContextOptions options = options().withOwnDirectories(List.of(own));
        assertThatThrownBy(() -> resolve("dir://" + directory.resolve("real"), options))
                .isInstanceOf(ContextException.class)
                .hasMessageContainingAll("own directory", own.toString(), "--force");
    }

    @Test
    void takesEitherWithForce() throws Exception {
        ContextOptions options =
                options().withOwnDirectories(List.of(directory)).withForce(true);
        try (BuildContext context = resolve(directory.toString(), options)) {
            assertThat(context.root()).isEqualTo(directory.toRealPath());
        }
        try (BuildContext context = resolve("/", options)) {
            assertThat(context.root()).isEqualTo(Path.of("/"));
        }
    }

    @Test
    void takesASiblingOfOurOwnDirectory() throws Exception {
        Path context = Files.createDirectory(directory.resolve("context"));
        ContextOptions options = options().withOwnDirectories(List.of(directory.resolve("context-slipway")));
        try (BuildContext found = resolve(context.toString(), options)) {
            assertThat(found.root()).isEqualTo(context.toRealPath());
        }
    }

    @Test
    void saysWhatIsWrongWithThePath() throws IOException {
        Path file = Files.writeString(directory.resolve("src.tar"), "");
        assertThatThrownBy(() -> resolve("dir://" + directory + "/gone")).hasMessageContaining("no such directory");
        assertThatThrownBy(() -> resolve(file.toString()))
                .hasMessageContainingAll("not a directory", "tar://" + file.toRealPath());
        assertThatThrownBy(() -> resolve("dir://")).hasMessageContaining("names no directory");
    }

    private BuildContext resolve(String uri) throws ContextException {
        return resolve(uri, options());
    }

    private static BuildContext resolve(String uri, ContextOptions options) throws ContextException {
        return new DirectoryResolver().resolve(ContextUri.parse(uri), options);
    }

    private ContextOptions options() {
        return ContextOptions.in(directory.resolve("scratch"));
    }
}
