package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** git-lfs: large files come from where their pointers say, or the build says why not. */
class LargeFilesTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static final byte[] CONTENT = "large".repeat(100_000).getBytes(StandardCharsets.UTF_8);

    private static String pointer = "";
    private static Path stored;

    @BeforeAll
    static void makeARepository() throws Exception {
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n".formatted(hash, CONTENT.length);
        GitRepository repository = SERVED.create("team/large")
                .file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
                .file("data/model.bin", pointer)
                .file("pointer.txt", pointer);
        repository.commit("large");
        stored = Files.createDirectories(repository.bare().resolve("lfs")).resolve(hash);
    }

    @BeforeEach
    void forget() throws IOException {
        Files.deleteIfExists(stored);
    }

    @Test
    void largeFilesStandWhereTheirPointersWere() throws Exception {
        contexts.environment(Map.of("GIT_TOKEN", "s3cret"));
        assertThatThrownBy(() -> contexts.resolve(SERVED.asking().url("team/large")))
                .hasMessageContaining("Object does not exist");
        Files.write(stored, CONTENT);
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/large"))) {
            assertThat(context.root().resolve("data/model.bin")).hasBinaryContent(CONTENT);
            assertThat(context.root().resolve("pointer.txt")).hasContent(pointer);
        }
        Files.write(stored, "other".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> contexts.resolve(SERVED.asking().url("team/large")))
                .hasMessageContaining("\"data/model.bin\" is not the one that the commit names");
        contexts.environment(Map.of("GIT_TOKEN", "s3cret", "GIT_LFS_SKIP_SMUDGE", "1"));
        try (BuildContext context = contexts.resolve(SERVED.asking().url("team/large"))) {
            assertThat(context.root().resolve("data/model.bin")).hasContent(pointer);
        }
    }

    @Test
    void aDirectoryOfTheRepositoryHasItsLargeFilesToo() throws Exception {
        Files.write(stored, CONTENT);
        try (BuildContext context = contexts.resolve(SERVED.open().url("team/large") + "#:data")) {
            assertThat(context.root().resolve("model.bin")).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void aServerThatIsBusyIsWaitedForAsItSays() throws Exception {
        Files.write(stored, CONTENT);
        try (GitHttpServer busy =
                SERVED.with(Manners.OPEN.refusing("/objects/batch", 2, 429, Map.of("Retry-After", "9")))) {
            contexts.checkOut(busy.url("team/large"), 3);
        }
        assertThat(contexts.pauses()).containsExactly(Duration.ofSeconds(9), Duration.ofSeconds(9));
        assertThat(contexts.scratch().resolve("data/model.bin")).hasBinaryContent(CONTENT);
    }

    @Test
    void aLargeFileThatIsTooLargeIsNotAskedFor() throws Exception {
        Files.write(stored, CONTENT);
        contexts.limit(CONTENT.length);
        try (GitHttpServer server = SERVED.with(Manners.OPEN)) {
            assertThatThrownBy(() -> contexts.resolve(server.url("team/large")))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining(
                            "limit of %d bytes; \"data/model.bin\" with %d bytes", CONTENT.length, CONTENT.length);
            assertThat(server.requests()).noneMatch(request -> request.contains("lfs"));
        }
        contexts.assertNothingIsLeft();
        contexts.limit(CONTENT.length + 1000);
        contexts.resolve(SERVED.open().url("team/large")).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://host/x", "http:///x", "a b", ""})
    void whatNamesNoPlaceOfTheWebIsRefused(String url) throws Exception {
        Files.write(stored, CONTENT);
        try (GitHttpServer server = SERVED.with(Manners.OPEN.withLargeFilesAt(url))) {
            assertThatThrownBy(() -> contexts.resolve(server.url("team/large")))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("names no http or https URL for the large file \"data/model.bin\"");
        }
        contexts.assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource({
        "https://host.example/team/app.git, https://host.example/team/app.git/info/lfs",
        "https://host.example/team/app/, https://host.example/team/app.git/info/lfs",
        "ssh://git@host.example:22/team/app.git, https://host.example/team/app.git/info/lfs",
        "git@host.example:team/app.git, https://host.example/team/app.git/info/lfs",
        "git@host.example:/team/my app, https://host.example/team/my%20app.git/info/lfs"
    })
    void aRepositoryHasThemBesideIt(String repository, String server) throws Exception {
        assertThat(LargeFiles.server(repository)).hasToString(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "9999999999999999999", "x", ""})
    void aSizeThatIsNoneMakesNoPointer(String size) {
        String text = pointer.replaceFirst("size .*", "size " + size);
        assertThat(LargeFilePointer.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }
}
