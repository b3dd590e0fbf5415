package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * One Dockerfile, every kind of change to a file system, the same bytes whatever the kind of root and whenever.
 *
 * <p>But one: writing through one name of a lower layer's hard link parts the names under overlayfs (DESIGN 3.3).
 */
class SameLayersIT {

    private static final String DOCKERFILE = """
            ARG BASE
            FROM ${BASE}
            RUN mkdir -p /a/b/c /links/d && echo 1 > /a/b/c/file && ln -s c/file /a/b/soft && echo l > /links/one && ln /links/one /links/d/two
            RUN chmod 4755 /a/b/c/file && chmod 1777 /a/b && mkdir /empty && mkfifo /pipe && chown 1000:2000 /a
            RUN rm -r /lower/removed && rm /lower/file && ln -s / /lower/file
            RUN rm -r /lower/opaque && mkdir /lower/opaque && echo new > /lower/opaque/new
            RUN touch -d '2001-02-03 04:05:06' /a/old && dd if=/dev/zero of=/sparse bs=1 count=1 seek=9999999 2> /dev/null
            RUN printf x > "/$(printf 'latin1-\\351')" && mkdir "/$(printf 'd%.0s' $(seq 200))" && : > "/$(printf 'd%.0s' $(seq 200))/$(printf 'f%.0s' $(seq 200))"
            RUN mv /a/b /moved && echo more >> /moved/c/file
            RUN chown -R 0:0 /lower && chmod 755 /lower && touch /lower/kept && cp -a /lower/kept /lower/copy && rm /lower/copy
            WORKDIR /w/x/y
            COPY . /copied/
            COPY --chown=7:8 --chmod=640 f /copied/g
            RUN rm -rf /copied && mkdir /copied && echo again > /copied/f
            VOLUME /v
            """;

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void comeOutOfEachKindAndOfASecondBuild() {
        Image base = BaseImages.busyboxBuilder()
                .layer(tar -> tar.directory("lower", 0750)
                        .file("lower/file", 0644, "lower")
                        .file("lower/kept", 0644, "kept")
                        .directory("lower/removed", 0755)
                        .file("lower/removed/file", 0644, "gone")
                        .directory("lower/opaque", 0755)
                        .file("lower/opaque/old", 0644, "old"))
                .writeTo(workspace.path("base"));
        access.push(base, "base", "1");
        workspace.dockerfile(DOCKERFILE).file("f", "content").file("sub/g", "more");

        List<PulledImage> images = new ArrayList<>();
        for (String name : List.of("overlay", "directory", "in-place", "overlay-again")) {
            Completed done = workspace
                    .buildUnder(name.replace("-again", ""), "--reproducible")
                    .with("--build-arg", "BASE=" + registry.reference("base:1"))
                    .with("--destination", registry.reference("same:" + name))
                    .with("--insecure-registry", registry.host())
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            workspace.assertNothingIsLeft();
            images.add(PulledImage.from(registry.reference("same:" + name), workspace.path(name)));
        }
        PulledImage overlay = images.getFirst();
        for (PulledImage other : images) {
            for (int layer = 0; layer < overlay.layers().size(); layer++) {
                assertThat(other.layers().get(layer).entries())
                        .as("layer %d, entry by entry", layer)
                        .isEqualTo(overlay.layers().get(layer).entries());
            }
            assertThat(other.image().diffIds()).isEqualTo(overlay.image().diffIds());
        }
        assertThat(images.getLast().image().digest()).isEqualTo(overlay.image().digest());
        assertFiles(overlay);
    }

    private static void assertFiles(PulledImage image) {
        assertThat(image.file("moved/c/file").content()).isEqualTo("1\nmore\n");
        assertThat(image.file("moved").modeAndOwner()).isEqualTo("1777 0:0");
        assertThat(image.file("a").modeAndOwner()).isEqualTo("755 1000:2000");
        assertThat(image.file("lower/file").linkName()).isEqualTo("/");
        assertThat(image.has("lower/removed")).isFalse();
        assertThat(image.has("lower/opaque/old")).isFalse();
        assertThat(image.file("lower/opaque/new").content()).isEqualTo("new\n");
        assertThat(image.has("lower/copy")).isFalse();
        assertThat(image.file("sparse").sizeBytes()).isEqualTo(10_000_000);
        assertThat(image.has("pipe")).isTrue();
        assertThat(image.file("copied/f").content()).isEqualTo("again\n");
        assertThat(image.has("copied/sub")).isFalse();
    }
}
