package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.Layer;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A build as people have them: a real Debian, two stages, commands as root and as another user, a registry with a password. */
class MultiStageIT {

    private static final String DOCKERFILE = """
            ARG BASE
            FROM ${BASE} AS build
            ARG VERSION=1.0
            RUN groupadd -g 4242 app && useradd -u 4242 -g app -m app
            WORKDIR /src
            COPY --chown=app:app src/ ./
            RUN <<EOF
            set -e
            mkdir out
            cp main.sh out/
            chmod 755 out/main.sh
            echo "$VERSION" > out/version
            EOF
            USER app
            RUN id > ~/who && echo "$HOME $PWD" >> ~/who && touch ~/by-app && ! touch /etc/by-app

            FROM ${BASE}
            LABEL org.opencontainers.image.title="app"
            RUN useradd -u 4242 -M app && rm -rf /usr/share/doc
            COPY --from=build --chown=4242:4242 /src/out/ /opt/app/
            COPY --from=build /home/app/who /home/app/by-app /opt/who/
            ENV GREETING="good morning"
            WORKDIR /opt/app
            USER app
            EXPOSE 8080
            ENTRYPOINT ["/opt/app/main.sh"]
            CMD ["default"]
            """;

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.with().withPassword().start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void buildsTheSameImageUnderEachKindAndItRuns() {
        Image debian = BaseImages.debian();
        access.push(debian, "debian", "stable");
        workspace
                .dockerfile(DOCKERFILE)
                .file("src/main.sh", "#!/bin/sh\necho \"$(id -u) $(cat version) $GREETING $1\"\n")
                .file("src/left-out", "not copied on\n");
        Credentials.KNOWN.writeDockerConfig(workspace.path("docker"), registry.host());

        List<PulledImage> images = new ArrayList<>();
        for (String isolation : List.of("overlay", "directory", "in-place")) {
            Completed done = build(isolation)
                    .with("--isolation", isolation, "--reproducible", "--build-arg", "VERSION=2.0")
                    .with("--build-arg", "BASE=" + registry.reference("debian:stable"))
                    .with("--destination", registry.reference("team/app:" + isolation))
                    .with("--insecure-registry", registry.host())
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            assertThat(done.out() + done.err())
                    .contains(isolation, "Dockerfile:4")
                    .doesNotContain(Credentials.KNOWN.password());
            workspace.assertNothingIsLeft();
            images.add(
                    PulledImage.from(registry.reference("team/app:" + isolation), workspace.path(isolation), debian));
        }

        PulledImage image = images.getFirst();
        assertThat(images.getLast().image().diffIds()).isEqualTo(image.image().diffIds());
        assertThat(image.image().layerDigests().getFirst())
                .as("the base's layer is the base's own blob")
                .isEqualTo(debian.layerDigests().getFirst());
        assertConfig(image);
        assertFiles(image);
        assertThat(image.unpack(workspace.path("bundle")).run().orThrow().out())
                .isEqualTo("4242 2.0 good morning default\n");
    }

    /** The credentials as a user of this machine has them, and as a cluster mounts them. */
    private Program build(String isolation) {
        Path docker = workspace.path("docker");
        return isolation.equals("in-place")
                ? workspace.buildIn(workspace.pod().withReadOnlyMount(docker, "/kaniko/.docker"))
                : workspace.build().withVariable("DOCKER_CONFIG", docker.toString());
    }

    private static void assertConfig(PulledImage image) {
        assertThat(image.config().path("User").asText()).isEqualTo("app");
        assertThat(image.config().path("WorkingDir").asText()).isEqualTo("/opt/app");
        assertThat(image.config().path("Entrypoint").toString()).isEqualTo("[\"/opt/app/main.sh\"]");
        assertThat(image.config().path("Cmd").toString()).isEqualTo("[\"default\"]");
        assertThat(image.config().path("ExposedPorts").has("8080/tcp")).isTrue();
        assertThat(image.config().at("/Labels/org.opencontainers.image.title").asText())
                .isEqualTo("app");
        assertThat(image.config().path("Env").toString()).contains("GREETING=good morning");
        List<String> history = new ArrayList<>();
        image.image()
                .config()
                .path("history")
                .forEach(step -> history.add(step.path("created_by").asText()));
        assertThat(history).hasSize(11).anyMatch(step -> step.startsWith("RUN /bin/sh -c useradd"));
    }

    private static void assertFiles(PulledImage image) {
        assertThat(image.file("opt/app/main.sh").modeAndOwner()).isEqualTo("755 4242:4242");
        assertThat(image.file("opt/who/who").content())
                .startsWith("uid=4242(app) gid=4242(app)")
                .endsWith("/home/app /src\n");
        assertThat(image.file("opt/who/by-app").modeAndOwner()).isEqualTo("644 4242:4242");
        assertThat(image.has("usr/share/doc")).isFalse();
        assertThat(image.has("src")).isFalse();
        List<String> own = image.layers().stream()
                .skip(1)
                .map(Layer::names)
                .flatMap(List::stream)
                .toList();
        assertThat(own)
                .contains("usr/share/.wh.doc")
                .doesNotContain("etc/resolv.conf", "etc/hosts", "etc/hostname", "proc/", "sys/", "dev/");
    }
}
