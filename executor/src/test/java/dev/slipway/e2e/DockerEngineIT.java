package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.DockerEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code docker run} on a real Docker Engine, with nothing but its defaults and a volume: README's first example. */
class DockerEngineIT {

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void buildsTheSameImageAsUnderOverlay() {
        access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        workspace.dockerfile("""
                FROM %1$s AS first
                RUN mkdir -p /a/b && echo 1 > /a/b/c && chown -R 5:6 /a && chmod 4755 /a/b/c
                FROM %1$s
                RUN rm -r /var && ln -s /a /var
                COPY --from=first /a /a
                """.formatted(registry.reference("busybox:1")));
        try (DockerEngine engine = DockerEngine.start()) {
            engine.load(
                    workspace.pod().imageFiles(),
                    "slipway:test",
                    "ENTRYPOINT [\"/slipway/bin/executor\"]",
                    "ENV HOME=/slipway/home PATH=/usr/local/bin:/slipway/bin DOCKER_CONFIG=/kaniko/.docker",
                    "WORKDIR /workspace");
            Completed done = engine.docker(
                            "run", "--rm", "--network", "host", "-v", workspace.context() + ":/workspace")
                    .with("slipway:test", "--context", "/workspace", "--reproducible", "--insecure", "--insecure-pull")
                    .with("--destination", registry.reference("app:docker"))
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            assertThat(done.out() + done.err()).contains("in-place");
        }
        workspace.builds(
                "--isolation",
                "overlay",
                "--reproducible",
                "--insecure",
                "--insecure-pull",
                "--destination",
                registry.reference("app:overlay"));
        assertThat(pulled("docker").image().diffIds())
                .isEqualTo(pulled("overlay").image().diffIds());
    }

    private PulledImage pulled(String tag) {
        return PulledImage.from(registry.reference("app:" + tag), workspace.path(tag));
    }
}
