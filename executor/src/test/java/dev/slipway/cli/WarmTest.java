package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Base images fetched ahead, and builds that find them. */
class WarmTest {
    @AutoClose
    private final CommandLine command = new CommandLine();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    private Image base;

    @BeforeEach
    void pushBase() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            base = BaseImages.busybox(command.path("base"));
            access.push(base, "base", "1");
        }
        registry.forgetRequests();
    }

    private CommandLine.Ended warm(String... flags) {
        return command.succeeds(Stream.concat(
                        Stream.of("warm", "--insecure-registry=" + registry.host(), "-c", cache()), Stream.of(flags))
                .toArray(String[]::new));
    }

    private String cache() {
        return command.path("cache").toString();
    }

    private long gets() {
        return registry.count("GET .*/(blobs|manifests)/.*");
    }

    private void dockerfile() {
        command.file("Dockerfile", """
                ARG WHICH=none
                FROM %s/base:${WHICH} AS one
                FROM scratch
                COPY --from=one /bin/busybox /busybox
                FROM one AS three
                """.formatted(registry.host()));
    }

    @Test
    void aBuildAsksForNothingButWhatTheTagStandsFor() {
        warm("--image=" + registry.reference("base:1"));
        assertThat(gets()).isPositive();
        registry.forgetRequests();
        command.file("Dockerfile", "FROM " + registry.reference("base:1") + "\nRUN echo a > /a\n");
        command.builds("--no-push", "--insecure-registry=" + registry.host(), "--cache-dir=" + cache());
        assertThat(gets()).as("%s", registry.requests()).isZero();
        assertThat(registry.count("HEAD .*/manifests/1")).isPositive();
    }

    @Test
    void fetchesWhatADockerfileIsBuiltOnOnceUnlessForced() {
        dockerfile();
        String[] flags = {"-d", command.path("context/Dockerfile").toString(), "--build-arg=WHICH=1"};
        warm(flags);
        assertThat(registry.count("GET .*/blobs/" + base.layerDigests().getFirst()))
                .isOne();
        warm(flags);
        assertThat(registry.count("GET .*/blobs/" + base.layerDigests().getFirst()))
                .isOne();
        warm(Stream.concat(Stream.of("-f"), Stream.of(flags)).toArray(String[]::new));
        assertThat(registry.count("GET .*/blobs/" + base.layerDigests().getFirst()))
                .isEqualTo(2);
    }

    @Test
    void warnsOfWhatIsNotThereAndFailsOnlyIfNothingIs() {
        CommandLine.Ended one =
                warm("-i", registry.reference("base:1"), "-i", registry.reference("none:1"), "--cache-ttl=6h");
        assertThat(one.err()).contains("none:1\" is not in the cache");
        CommandLine.Ended none = command.run(
                "warm", "--insecure-registry=" + registry.host(), "-c", cache(), "-i", registry.reference("none:1"));
        assertThat(none.exitCode()).isEqualTo(69);
        assertThat(command.run("warm", "-c", cache()).exitCode()).isEqualTo(64);
    }

    @Test
    void aCacheThatIsMountedReadOnlyIsReadAndLeftAlone() throws IOException {
        warm("--image=" + registry.reference("base:1"));
        registry.forgetRequests();
        Path mounted = Files.createDirectory(command.path("mounted"));
        Program.of("mount", "--bind", cache(), mounted.toString()).runSuccessfully();
        try {
            Program.of("mount", "-o", "remount,bind,ro", mounted.toString()).runSuccessfully();
            command.file("Dockerfile", "FROM " + registry.reference("base:1") + "\nRUN echo a > /a\n");
            command.builds("--no-push", "--insecure-registry=" + registry.host(), "--cache-dir=" + mounted);
            assertThat(gets()).as("%s", registry.requests()).isZero();
        } finally {
            Program.of("umount", mounted.toString()).runSuccessfully();
        }
    }
}
