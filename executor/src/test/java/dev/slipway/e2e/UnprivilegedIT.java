package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A user without any right on this machine, as OpenShift gives one to a pod, on a copy of the distribution. */
class UnprivilegedIT {

    private static final String UID = "1000270000";

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    private final Path launcher = workspace.path("executor");
    private Image busybox = BaseImages.busybox(workspace.path("busybox"));

    @BeforeEach
    void copyTheDistribution() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(busybox, "busybox", "1");
        }
        Path home = Objects.requireNonNull(
                Objects.requireNonNull(Workspace.launcher().getParent()).getParent());
        // Below two directories with blanks, called by a link: it may be copied anywhere.
        workspace.shell(
                "mkdir -p 'a b/c d' && cp -rL '%s' 'a b/c d/slipway' && ln -s 'a b/c d/slipway/bin/executor' executor && mkdir own && chmod 777 own . && chmod -R a+rX ."
                        .formatted(home));
    }

    @Test
    void buildsAndPushesWhatNeedsNoCommands() {
        workspace
                .dockerfile("""
                        FROM %s AS first
                        COPY --chown=1:2 file /opt/file
                        FROM %s
                        COPY --from=first --chmod=4755 /opt/file /opt/again
                        COPY --from=first /bin/busybox /opt/busybox
                        WORKDIR /made/here
                        COPY file .
                        """.formatted(registry.reference("busybox:1"), registry.reference("busybox:1")))
                .file("file", "content");
        Completed done = build("--destination=" + registry.reference("app:1")).run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        PulledImage image = PulledImage.from(registry.reference("app:1"), workspace.path("pulled"));
        assertThat(image.image().layerDigests())
                .startsWith(busybox.layerDigests().getFirst());
        assertThat(image.file("opt/again").modeAndOwner()).isEqualTo("4755 1:2");
        assertThat(image.file("opt/busybox").modeAndOwner()).isEqualTo("755 0:0");
        assertThat(image.file("made/here").modeAndOwner()).isEqualTo("755 0:0");
        assertThat(image.file("made/here/file").content()).isEqualTo("content");
        assertThat(image.unpack(workspace.path("bundle"))
                        .run("/opt/busybox", "cat", "/opt/again")
                        .orThrow()
                        .out())
                .isEqualTo("content");
        workspace.assertNothingIsLeft();
    }

    @Test
    void isToldWhatACommandWouldNeed() {
        workspace.dockerfile("FROM %s\nRUN true\n".formatted(registry.reference("busybox:1")));
        workspace.fails(71, build("--no-push"), "RUN", "exit code 71");
    }

    private Program build(String destination) {
        List<String> command = new ArrayList<>(
                List.of(Program.require("setpriv", "util-linux"), "--reuid", UID, "--regid", "0", "--clear-groups"));
        command.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"));
        command.addAll(List.of(launcher.toString(), "--context", "dir://" + workspace.context()));
        command.addAll(List.of("--slipway-dir", workspace.own().toString(), "--insecure", "--insecure-pull"));
        command.add(destination);
        return Program.of(command).withVariable("HOME", "/");
    }
}
