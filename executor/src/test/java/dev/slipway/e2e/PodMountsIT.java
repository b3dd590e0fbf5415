package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a cluster mounts into a pod neither stops a build in place nor shows in its image. */
class PodMountsIT {

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void aMountedSecretIsInNoLayerAndItsParentIsUnchanged() {
        pushBase(builder -> builder);
        workspace.file("../settings.xml", "<password>hunter2</password>").dockerfile("""
                FROM %1$s AS first
                RUN cat /root/.m2/settings.xml && echo x > /made
                FROM %1$s
                RUN echo y > /second
                COPY --from=first / /copied/
                """.formatted(
                        registry.reference("base:1")));
        Pod pod = workspace.pod().withReadOnlyMount(workspace.path("settings.xml"), "/root/.m2/settings.xml");
        for (String flag : List.of("--reproducible", "--single-snapshot")) {
            PulledImage image = build(pod, "secret" + flag, flag);
            assertThat(image.has("root/.m2")).isFalse();
            assertThat(image.has("copied/root/.m2/settings.xml")).isFalse();
            assertThat(image.file("root").modeAndOwner()).isEqualTo("700 0:0");
            assertThat(image.file("copied/made").content()).isEqualTo("x\n");
            assertThat(image.layers().stream().flatMap(layer -> layer.entries().stream()))
                    .noneMatch(entry -> entry.content().contains("hunter2"));
        }
    }

    @Test
    void authoritiesThatAreMountedWhereKanikoHasThemAreBelieved() {
        try (DockerRegistry secure = DockerRegistry.with().withTls().start()) {
            workspace
                    .shell("mkdir authorities && cp %s authorities/company.pem"
                            .formatted(secure.certificate().orElseThrow()))
                    .dockerfile("FROM scratch\nADD https://%s/v2/ /answer\n".formatted(secure.host()));
            Completed done = workspace
                    .buildIn(
                            workspace.pod().withReadOnlyMount(workspace.path("authorities"), "/kaniko/ssl/certs"),
                            "--destination",
                            secure.reference("app:1"))
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            Completed stranger = workspace
                    .buildIn(workspace.pod(), "--destination", secure.reference("app:2"))
                    .run();
            assertThat(stranger.exitCode()).as("%s", stranger).isEqualTo(69);
            assertThat(stranger.err()).contains("nobody we trust signed its certificate");
        }
    }

    @Test
    void mountedFilesStayWhateverTheBaseHasThere() {
        pushBase(builder -> builder.layer(tar -> tar.directory("usr/driver", 0755)
                .file("usr/driver/own", 0644, "of the base")
                .directory("opt", 0755)
                .symlink("opt/driver", "../usr/driver")
                .file("etc/x", 0600, "of the base")));
        workspace.file("../node-file", "of the node").dockerfile("""
                FROM %1$s AS first
                RUN echo 1 > /etc/y && rm -r /usr/driver
                FROM %1$s
                RUN echo 2 > /etc/z
                COPY --from=first /etc/ /copied/
                """.formatted(registry.reference("base:1")));
        Pod pod = workspace
                .pod()
                .withReadOnlyMount(workspace.path("node-file"), "/etc/x")
                .withReadOnlyMount(workspace.path("node-file"), "/opt/driver/lib.so")
                .withReadOnlyMount(workspace.path("node-file"), "/product_uuid");
        PulledImage image = build(pod, "mounted", "--reproducible");
        assertThat(image.has("product_uuid")).isFalse();
        assertThat(image.file("opt/driver").linkName()).isEqualTo("../usr/driver");
        assertThat(image.file("etc/x").content()).isEqualTo("of the base");
        assertThat(image.file("etc/z").content()).isEqualTo("2\n");
        assertThat(image.file("copied/y").content()).isEqualTo("1\n");
        assertThat(image.layers().stream().flatMap(layer -> layer.entries().stream()))
                .noneMatch(entry -> entry.content().contains("of the node"));
    }

    @Test
    void aServiceAccountBelowVarRunHidesNothingBesideIt() {
        pushBase(builder -> builder.layer(
                tar -> tar.directory("run", 0755).symlink("var/run", "../run").file("var/zzz", 0644, "last")));
        workspace.dockerfile("""
                FROM %1$s AS first
                RUN mkdir /var/www && echo index > /var/www/index.html && echo pid > /run/pid
                FROM %1$s
                RUN rm /var/zzz && touch -d '2001-02-03 04:05:06' /var/after
                COPY --from=first /var/ /copied/
                """.formatted(registry.reference("base:1")));
        PulledImage inPlace = build(workspace.pod(), "account", "--reproducible");
        assertThat(inPlace.file("var/run").linkName()).isEqualTo("../run");
        assertThat(inPlace.has("var/zzz")).isFalse();
        assertThat(inPlace.file("copied/www/index.html").content()).isEqualTo("index\n");
        assertThat(inPlace.layers().stream().flatMap(layer -> layer.names().stream()))
                .noneMatch(name -> name.contains("secrets"));
        assertThat(inPlace.image().diffIds()).isEqualTo(underOverlay("account-overlay"));
    }

    @Test
    void aLinkAtVarRunIsMadeWhereNothingIsMountedThere() {
        pushBase(builder -> builder);
        workspace.dockerfile("""
                FROM %1$s AS first
                RUN mkdir /run && ln -s /run /var/run && mkdir /var/www && touch /run/x
                FROM %1$s
                RUN mkdir /var/www
                COPY --from=first /var/ /copied/
                """.formatted(registry.reference("base:1")));
        PulledImage inPlace = build(workspace.pod().withoutServiceAccount(), "link", "--reproducible");
        assertThat(inPlace.file("copied/run").linkName()).isEqualTo("/run");
        assertThat(inPlace.image().diffIds()).isEqualTo(underOverlay("link-overlay"));
    }

    @Test
    void tektonsAndGitLabsMountsAreLeftAlone() {
        pushBase(builder -> builder);
        workspace.dockerfile(
                "FROM %s\nRUN echo x > /made\nCOPY Dockerfile /d/\n".formatted(registry.reference("base:1")));
        List<String> expected = underOverlay("plain-overlay");
        Pod tekton = workspace.pod().ofTekton();
        assertThat(build(tekton, "tekton", "--reproducible").image().diffIds()).isEqualTo(expected);
        Completed job = workspace
                .pod()
                .ofGitLab()
                .shell("""
                        echo kept > /builds/artifact; mkdir -p /builds/group; cp -r %1$s /builds/group/project
                        executor --isolation in-place --context /builds/group/project --destination %2$s --insecure \
                          --insecure-pull --reproducible --digest-file digest
                        cat /builds/artifact digest; ls /scripts-7-42 /logs-7-42
                        """.formatted(workspace.context(), registry.reference("gitlab:1")))
                .run();
        assertThat(job.exitCode()).as("%s", job).isZero();
        assertThat(job.out()).contains("kept\n", "sha256:");
        assertThat(PulledImage.from(registry.reference("gitlab:1"), workspace.path("gitlab"))
                        .image()
                        .diffIds())
                .isEqualTo(expected);
    }

    private void pushBase(UnaryOperator<ImageBuilder> more) {
        access.push(more.apply(BaseImages.busyboxBuilder()).writeTo(workspace.path("base")), "base", "1");
    }

    private PulledImage build(Pod pod, String name, String... flags) {
        return pulled(workspace.buildIn(pod, "--isolation", "in-place").with(flags), name);
    }

    private List<String> underOverlay(String name, String... flags) {
        return pulled(
                        workspace
                                .build("--isolation", "overlay", "--reproducible")
                                .with(flags),
                        name)
                .image()
                .diffIds();
    }

    private PulledImage pulled(Program build, String name) {
        String reference = registry.reference(name.replace("--", "-") + ":1");
        Completed done = build.with("--insecure", "--insecure-pull", "--destination", reference)
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        workspace.assertNothingIsLeft();
        return PulledImage.from(reference, workspace.path(name));
    }
}
