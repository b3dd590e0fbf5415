package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

    @Test
    void anotherPlatformsImageIsFetchedFromAMirrorForTheBuildThatAsksForIt() {
        Image foreign = ImageBuilder.oci()
                .architecture("s390x")
                .layer(tar -> tar.file("arch", 0644, "s390x"))
                .writeTo(command.path("foreign"));
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(Image.index(List.of(foreign)), "cache/base", "1");
        }
        String map = "--registry-map=r.example=" + registry.host() + "/cache";
        warm(map, "--image=r.example/base:1", "--customPlatform=linux/s390x", "-v=debug", "--log-format=json");
        registry.forgetRequests();
        command.file("Dockerfile", "FROM r.example/base:1\nCOPY --from=r.example/base:1 /arch /again\n");
        command.builds("--no-push", map, "--platform=linux/s390x", "--cache-dir=" + cache());
        assertThat(gets()).as("%s", registry.requests()).isZero();
    }

    @Test
    void aRegistryThatAsksWhoWeAreIsShownTheCredentialAndItsCertificateIsBelievedAsFlagsSay() throws IOException {
        try (DockerRegistry locked =
                        DockerRegistry.with().withTls().withPassword().start();
                RegistryAccess access = RegistryAccess.to(locked)) {
            access.push(base, "base", "1");
            String[] flags = {"warm", "-c", cache(), "--image=" + locked.reference("base:1")};
            assertThat(command.run(flags).err()).contains("nobody we trust signed its certificate");
            String[] trusting = Arrays.copyOf(flags, flags.length + 1);
            trusting[flags.length] = "--registry-certificate=" + locked.host() + "="
                    + locked.certificate().orElseThrow();
            assertThat(command.run(trusting).err()).contains("401 Unauthorized");
            Path config = Credentials.KNOWN.writeDockerConfig(command.path("docker"), locked.host());
            command.variable("DOCKER_CONFIG", config.getParent().toString()).succeeds(trusting);
        }
    }
}
