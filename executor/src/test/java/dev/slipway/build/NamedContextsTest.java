package dev.slipway.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Platform;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedContextsTest {
    @TempDir
    private Path directory;

    private Path context;

    @BeforeEach
    void makeContext() throws Exception {
        context = Files.createDirectories(directory.toRealPath().resolve("work/context"));
        Files.createSymbolicLink(context.resolveSibling("link"), context);
        Files.writeString(directory.resolve("secret"), "[hunter2\n");
    }

    private Base.OfDirectory named(String value) throws BuildException {
        return (Base.OfDirectory) NamedContexts.of(Map.of("x", value), context, Platform.of("linux", "amd64"))
                .find("x")
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "../context", "../link", "../link/../context/", "%s"})
    void neverFollowAnIgnoreFileOutOfTheirRootHoweverItIsWritten(String value) throws Exception {
        Files.createSymbolicLink(context.resolve(".dockerignore"), directory.resolve("secret"));
        Base.OfDirectory named = named(value.formatted(context));
        assertThat(NamedContexts.ignored(named).excludes("[hunter2".getBytes(UTF_8)))
                .isFalse();
    }

    @Test
    void haveAnIgnoreFileOfTheirOwn() throws Exception {
        Files.writeString(context.resolve(".dockerignore"), "left-out\n");
        assertThat(NamedContexts.ignored(named(".")).excludes("left-out".getBytes(UTF_8)))
                .isTrue();
    }

    @Test
    void refuseAnIgnoreFileThatIsNone() throws Exception {
        try (FileChannel file = FileChannel.open(
                context.resolve(".dockerignore"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), 10L << 30);
        }
        assertThatThrownBy(() -> NamedContexts.ignored(named(".")))
                .hasMessageContaining("it has more than 33554432 bytes, which is no text of this kind");
    }
}
