package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextResolversTest {

    @TempDir
    Path directory;

    private final ContextResolvers installed = ContextResolvers.installed();

    @Test
    void findsOurResolversAsServices() {
        assertThat(installed.forms()).contains("dir:///path", "tar://stdin");
    }

    @Test
    void namesTheSupportedFormsForAnUnknownScheme() {
        assertThatThrownBy(() -> resolve("ftp://host/x", Optional.empty()))
                .isInstanceOf(ContextException.class)
                .hasMessageContainingAll("\"ftp://host/x\"", "unknown scheme \"ftp\"", "dir:///path", "tar://stdin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-image://busybox", "oci-layout:///images/app"})
    void saysWhereAnImageIsToBeGiven(String uri) {
        assertThatThrownBy(() -> resolve(uri, Optional.empty()))
                .isInstanceOf(ContextException.class)
                .hasMessageContainingAll(
                        "an image can't be the main context", "--build-context NAME=" + uri, "dir:///path");
    }

    @ParameterizedTest
    @CsvSource({
        "s3://bucket/key.tar.gz, S3Resolver",
        "gs://bucket/key.tar.gz, GcsResolver",
        "https://account.blob.core.windows.net/c/b.tar.gz?sig=x, AzureResolver",
        "https://host/x.tar.gz, HttpResolver",
        "https://host/repo.git#main, GitResolver",
        "git@host:org/repo.git, GitResolver"
    })
    void asksTheResolverThatAUriIsFor(String text, String resolver) throws ContextException {
        ContextUri uri = ContextUri.parse(text);
        assertThat(ServiceLoader.load(ContextResolver.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(candidate -> candidate.accepts(uri))
                        .findFirst())
                .get()
                .extracting(found -> found.getClass().getSimpleName())
                .isEqualTo(resolver);
    }

    @Test
    void showsNoCredentialsOfTheUri() {
        assertThatThrownBy(() -> resolve("https://user:hunter2@host/x.tar?sig=hunter3#main", Optional.empty()))
                .hasMessageContaining("\"https://host/x.tar#main\"")
                .hasMessageNotContainingAny("hunter2", "hunter3");
    }

    @Test
    void refusesAnEmptyContext() {
        assertThatThrownBy(() -> resolve("", Optional.empty()))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub/deep", "/sub/deep", "sub/../sub/deep", "link/deep"})
    void makesADirectoryOfTheContextItsRoot(String subPath) throws Exception {
        Path deep = Files.createDirectories(directory.resolve("sub/deep"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("sub"));
        try (BuildContext context = resolve(directory.toString(), Optional.of(subPath))) {
            assertThat(context.root()).isEqualTo(deep.toRealPath());
        }
    }

    @Test
    void takesAnEmptySubPathForNone() throws Exception {
        try (BuildContext context = resolve(directory.toString(), Optional.of(""))) {
            assertThat(context.root()).isEqualTo(directory.toRealPath());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "sub/../../x", "out", "out/deeper", "absolute"})
    void refusesASubPathThatLeavesTheContext(String subPath) throws IOException {
        Path context = Files.createDirectory(directory.resolve("context"));
        Files.createDirectory(context.resolve("sub"));
        Files.createDirectories(directory.resolve("outside/deeper"));
        Files.createSymbolicLink(context.resolve("out"), Path.of("../outside"));
        Files.createSymbolicLink(context.resolve("absolute"), Path.of("/usr"));
        assertThatThrownBy(() -> resolve(context.toString(), Optional.of(subPath)))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("leaves the context");
    }

    @Test
    void namesTheDirectoryThatIsThereWhereASubPathIsNot() throws IOException {
        Files.createDirectories(directory.resolve("services/api"));
        assertThatThrownBy(() -> resolve(directory.toString(), Optional.of("services/api/srv")))
                .isInstanceOf(ContextException.class)
                .hasMessageContainingAll("\"services/api/srv\"", "not there", "\"services/api\" is");
    }

    @Test
    void refusesASubPathThatIsAFile() throws IOException {
        Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> resolve(directory.toString(), Optional.of("file")))
                .hasMessageContaining("not a directory");
    }

    @Test
    void releasesTheContextWhereTheSubPathIsWrong() {
        AtomicInteger released = new AtomicInteger();
        ContextResolvers resolvers = new ContextResolvers(List.of(new ContextResolver() {
            @Override
            public List<String> forms() {
                return List.of("made://");
            }

            @Override
            public boolean accepts(ContextUri uri) {
                return true;
            }

            @Override
            public BuildContext resolve(ContextUri uri, ContextOptions options) {
                return new BuildContext(
                        directory, "made", Optional.empty(), OptionalLong.empty(), released::incrementAndGet);
            }
        }));
        assertThatThrownBy(() -> resolvers.resolve("made://x", Optional.of("gone"), options()))
                .isInstanceOf(ContextException.class);
        assertThat(released).hasValue(1);
    }

    private BuildContext resolve(String uri, Optional<String> subPath) throws ContextException, InterruptedException {
        return installed.resolve(uri, subPath, options());
    }

    private ContextOptions options() {
        return ContextOptions.in(directory.resolve("scratch"));
    }
}
