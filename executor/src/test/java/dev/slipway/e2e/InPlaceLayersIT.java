package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.LayerCompression;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Building over the executor's own root makes the layers that an overlay makes, byte for byte. */
class InPlaceLayersIT {

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    private final Pod pod = Pod.of(Path.of(System.getProperty("slipway.home")));

    @BeforeEach
    void pushTheBase() {
        InPlaceIT.pushBase(registry, workspace.path("base"));
    }

    private String base() {
        return registry.reference("base:1");
    }

    @Test
    void givesTheLayersThatOverlayGives() {
        workspace.dockerfile("""
                        FROM %s AS tools
                        RUN mkdir -p /opt/tools && echo tool > /opt/tools/one && ln /opt/tools/one /opt/tools/two
                        RUN echo x > /opt/x && chmod 4755 /opt/x && chown -R 0:0 /etc/apk && touch -a /etc/apk/world

                        FROM %s
                        RUN rm -r /etc/apk && mkdir -p /etc/apk /workspace && echo new > /etc/apk/world
                        COPY --from=tools /opt/tools /opt/tools
                        WORKDIR /app/of/mine
                        COPY file .
                        RUN rm /bin/vi && mkdir /var/run/mine && echo b > /var/run/b && chown 12:34 /app/of
                        USER 65534:65534
                        RUN id -u > /tmp/who && ! touch /etc/x
                        """.formatted(base(), base())).file("file", "content");

        Completed overlay = workspace.builds(
                "--reproducible",
                "--isolation=overlay",
                "--insecure-pull",
                "--no-push",
                "--tar-path",
                workspace.path("overlay.tar").toString());
        Completed inPlace = pod.withReadOnlyMount(workspace.context(), "/ctx")
                .withMount(workspace.path(), "/out")
                .executor("--reproducible", "--context=/ctx", "--insecure-pull", "--no-push", "--tar-path=/out/pod.tar")
                .run();

        assertThat(inPlace.exitCode()).as("%s", inPlace).isZero();
        assertThat(inPlace.err()).contains("isolation: in-place, since ");
        assertThat(overlay.err()).contains("isolation: overlay");
        assertThat(workspace.diffIds("pod.tar")).hasSizeGreaterThan(5).isEqualTo(workspace.diffIds("overlay.tar"));
    }

    @Test
    void buildsForTwoPlatformsOneAfterTheOther() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            List<Image> bases = Stream.of("amd64", "386")
                    .map(architecture -> BaseImages.busyboxBuilder()
                            .architecture(architecture)
                            .layer(LayerCompression.GZIP, tar -> tar.file("only-" + architecture, 0644, architecture))
                            .writeTo(workspace.path("bases")))
                    .toList();
            access.push(Image.index(bases), "both", "1");
            workspace.dockerfile("""
                            FROM %s
                            ARG TARGETARCH
                            COPY file /
                            RUN cat /only-* > /seen && echo $TARGETARCH >> /seen && rm /only-$TARGETARCH
                            """.formatted(registry.reference("both:1"))).file("file", "content");
            String[] flags = {"--platform=linux/amd64,linux/386", "--reproducible", "--insecure", "--insecure-pull"};
            workspace
                    .build("--isolation=overlay", "--destination=" + registry.reference("overlay:1"))
                    .with(flags)
                    .run()
                    .orThrow();
            Completed inPlace = pod.withReadOnlyMount(workspace.context(), "/ctx")
                    .executor("--context=/ctx", "--destination=" + registry.reference("in-place:1"))
                    .with(flags)
                    .run();
            assertThat(inPlace.exitCode()).as("%s", inPlace).isZero();
            assertThat(inPlace.err()).contains("isolation: in-place, since ");
            assertThat(access.manifest("in-place", "1").json())
                    .isEqualTo(access.manifest("overlay", "1").json());
        }
    }

    @Test
    void writesWhatTheContainerCoversIntoTheLayersAndNotIntoTheContainer() {
        workspace.dockerfile("""
                        FROM %1$s AS first
                        RUN mkdir -p /made/dev /made/proc /made/etc && echo n > /made/dev/one && ln /made/dev/one /made/dev/two
                        FROM %1$s
                        COPY --from=first / /
                        COPY --from=first /made /
                        COPY file /sys/class/
                        COPY file /etc/resolv.conf
                        RUN ! ls /dev/two && ! ls /sys/class/file && ! grep -q content /etc/resolv.conf
                        FROM scratch
                        COPY --from=1 / /
                        """.formatted(base())).file("file", "content");

        Completed overlay = workspace.builds(
                "--reproducible",
                "--isolation=overlay",
                "--insecure-pull",
                "--no-push",
                "--tar-path",
                workspace.path("overlay.tar").toString());
        Completed inPlace = pod.withReadOnlyMount(workspace.context(), "/ctx")
                .withMount(workspace.path(), "/out")
                .executor("--reproducible", "--context=/ctx", "--insecure-pull", "--no-push", "--tar-path=/out/pod.tar")
                .run();

        assertThat(inPlace.exitCode()).as("%s", inPlace).isZero();
        assertThat(overlay.exitCode()).isZero();
        assertThat(workspace.diffIds("pod.tar")).isEqualTo(workspace.diffIds("overlay.tar"));
    }

    @Test
    void takesNothingOfTheImageThatItWasCopiedIntoForItsOwnBase() {
        workspace.dockerfile("FROM %s\nRUN mkdir -p /etc/apk /workspace && touch -a /etc/apk/world\n"
                .formatted(registry.reference("plain:1")));
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("plain")), "plain", "1");
        }
        workspace.shell("mkdir -p foreign/etc/apk foreign/workspace && echo alpine > foreign/etc/apk/world");

        workspace.builds(
                "--reproducible",
                "--isolation=overlay",
                "--insecure-pull",
                "--no-push",
                "--tar-path",
                workspace.path("overlay.tar").toString());
        Completed done = pod.onto(workspace.path("foreign"))
                .withMount(workspace.path(), "/out")
                .executor("--reproducible", "--context=/out/context", "--pre-cleanup", "--insecure-pull", "--no-push")
                .with("--tar-path=/out/pod.tar")
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(workspace.diffIds("pod.tar")).isEqualTo(workspace.diffIds("overlay.tar"));
    }
}
