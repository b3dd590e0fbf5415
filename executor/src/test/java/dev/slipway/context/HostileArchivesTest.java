package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.Clouds.Store;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The hostile list of the rules for contexts, over every resolver whose source may be an archive. */
class HostileArchivesTest {

    /** Small ones, so that what exceeds them is small, too. */
    private static final ArchiveLimits LIMITS = ArchiveLimits.DEFAULT
            .withLargestBytes(1_000_000)
            .withMostEntries(20)
            .withLargestRatio(100, 200_000);

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("hostile");

    private final Path scratch = directory.path().resolve("build/context");

    /** How an archive reaches a resolver. */
    private enum Way {
        FILE,
        STANDARD_INPUT,
        HTTP,
        S3,
        GCS,
        AZURE
    }

    private static Clouds clouds;

    @BeforeAll
    static void startTheClouds() {
        clouds = Clouds.start();
    }

    @AfterAll
    static void stopTheClouds() {
        if (clouds != null) {
            clouds.close();
        }
    }

    /**
     * An archive that wants what it may not.
     *
     * @param words what the error must say; the entry's name among it
     */
    private record Attack(String name, Consumer<TarBuilder> archive, String... words) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** More than a header has room for, so that the name stands in a record, where NUL doesn't end it. */
    private static final String LONG = "x".repeat(200);

    private static final List<Attack> ATTACKS = List.of(
            new Attack("absolute name", tar -> tar.file("/tmp/escaped", 0644, "evil"), "\"/tmp/escaped\""),
            new Attack("dots", tar -> tar.file("../escaped", 0644, "evil"), "\"../escaped\""),
            new Attack("dots inside", tar -> tar.file("a/../../escaped", 0644, "evil"), "\"a/../../escaped\""),
            new Attack("link out", tar -> tar.symlink("link", "../.."), "\"link\"", "leads out"),
            new Attack(
                    "link out through another one",
                    tar -> tar.directory("a", 0755).symlink("c", "a/b/..").symlink("a/b", ".."),
                    "\"c\"",
                    "goes through the link \"a/b\""),
            new Attack("absolute link", tar -> tar.symlink("link", "/etc/passwd"), "\"link\"", "leads out"),
            new Attack(
                    "through a link",
                    tar -> tar.directory("d", 0755).symlink("link", "d").file("link/x", 0644, "evil"),
                    "\"link/x\""),
            new Attack("hard link out", tar -> tar.hardLink("hard", "../../secret"), "\"hard\""),
            new Attack(
                    "hard link through a link",
                    tar -> tar.directory("d", 0755)
                            .file("d/f", 0644, "f")
                            .symlink("l", "d")
                            .hardLink("hard", "l/f"),
                    "\"hard\""),
            new Attack("device", tar -> tar.characterDevice("null", 0666, 1, 3), "\"null\"", "device"),
            new Attack("twice", tar -> tar.file("a", 0644, "1").file("a", 0644, "2"), "\"a\" comes twice"),
            new Attack("file and directory", tar -> tar.file("a", 0644, "1").file("a/b", 0644, "2"), "\"a/b\""),
            new Attack("itself", tar -> tar.file(".", 0644, "x"), "would replace the directory"),
            new Attack(
                    "too large",
                    tar -> tar.file("big", 0644, new byte[2_000_000]),
                    "\"big\"",
                    "limit of 1000000 bytes"),
            new Attack("too many", HostileArchivesTest::manyFiles, "\"file-20\"", "more than 20 entries"),
            new Attack(
                    "bomb",
                    tar -> tar.file("first", 0644, "1").file("zeros", 0644, new byte[900_000]),
                    "more than 100 times its size",
                    "at entry \"zeros\"",
                    "a decompression bomb"),
            new Attack("NUL", tar -> tar.file("nul\0" + LONG, 0644, "evil"), "\"nul\\u{0}" + LONG + "\"", "NUL"),
            new Attack("link to NUL", tar -> tar.symlink("link", "nul\0" + LONG), "\"link\"", "NUL"));

    private static void manyFiles(TarBuilder tar) {
        for (int each = 0; each <= LIMITS.mostEntries(); each++) {
            tar.file("file-" + each, 0644, "");
        }
    }

    private static Stream<Arguments> attacks() {
        return Arrays.stream(Way.values()).flatMap(way -> ATTACKS.stream().map(attack -> Arguments.of(way, attack)));
    }

    @BeforeEach
    void putSomethingOutside() throws IOException {
        Files.createDirectories(directory.path().resolve("build"));
        Files.writeString(directory.path().resolve("secret"), "secret");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("attacks")
    void isRefusedByNameAndLeavesNothing(Way way, Attack attack) throws Exception {
        byte[] archive = packed(attack.archive());
        assertThatThrownBy(() -> resolve(way, archive))
                .isInstanceOfSatisfying(
                        ContextException.class, e -> assertThat(e.kind()).isEqualTo(ContextException.Kind.CONTEXT))
                .hasMessageContainingAll(attack.words());
        assertNothingHappened();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anArchiveThatEndsAtAnyByteIsRefused(Way way) throws Exception {
        byte[] archive = packed(tar -> tar.file("a", 0644, "a".repeat(3000)).file("b", 0644, "b"));
        for (int length = 1; length < archive.length; length += way == Way.FILE || way == Way.STANDARD_INPUT ? 3 : 17) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertThatThrownBy(() -> resolve(way, cut))
                    .as("after %d bytes", length)
                    .isInstanceOf(ContextException.class);
            assertNothingHappened();
        }
        resolve(way, archive).close();
    }

    private static Stream<Way> ways() {
        return Arrays.stream(Way.values());
    }

    @Test
    void aBombIsRefusedBeforeItIsUnpacked() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(bomb)) {
            TarBuilder.write(zstd, tar -> tar.file("zeros", 0644, 50_000_000, out -> out.write(new byte[50_000_000])));
        }
        assertThat(bomb.size()).isLessThan(50_000);
        for (Way way : Way.values()) {
            assertThatThrownBy(() -> resolve(way, bomb.toByteArray())).hasMessageContaining("\"zeros\"");
            assertNothingHappened();
        }
    }

    private void assertNothingHappened() {
        assertThat(scratch).doesNotExist();
        assertThat(directory.path().resolve("build")).isEmptyDirectory();
        assertThat(directory.path().resolve("secret")).hasContent("secret");
        assertThat(Path.of("/tmp/escaped")).doesNotExist();
    }

    private BuildContext resolve(Way way, byte[] archive) throws Exception {
        ContextOptions options = ContextOptions.in(scratch).withLimits(LIMITS);
        return switch (way) {
            case FILE -> {
                Path file = Files.write(directory.path().resolve("a.tar"), archive);
                yield resolve("tar://" + file, options);
            }
            case STANDARD_INPUT ->
                resolve(
                        "tar://stdin",
                        options.withStandardInput(new StandardInput(new ByteArrayInputStream(archive), false)));
            case HTTP -> {
                HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
                server.createContext("/", exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, archive.length);
                        exchange.getResponseBody().write(archive);
                    }
                });
                server.start();
                try {
                    yield resolve(
                            "http://127.0.0.1:%d/a.tar"
                                    .formatted(server.getAddress().getPort()),
                            options);
                } finally {
                    server.stop(0);
                }
            }
            case S3 -> resolve(Store.S3, archive, options);
            case GCS -> resolve(Store.GCS, archive, options);
            case AZURE -> resolve(Store.AZURE, archive, options);
        };
    }

    private static BuildContext resolve(Store store, byte[] archive, ContextOptions options) throws Exception {
        clouds.put(store, "a.tar", archive);
        return resolve(clouds.uri(store, "a.tar"), options.withEnvironment(clouds.environment(store)));
    }

    private static BuildContext resolve(String uri, ContextOptions options)
            throws ContextException, InterruptedException {
        return ContextResolvers.installed().resolve(uri, Optional.empty(), options);
    }

    private static byte[] packed(Consumer<TarBuilder> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            TarBuilder.write(gzip, entries);
        }
        return bytes.toByteArray();
    }
}
