package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a namespace admits that enforces the restricted Pod Security Standard, as OpenShift's default does: any user, no
 * capability, no escalation, a root filesystem that is read only.
 */
class RestrictedPodIT {

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    private final Pod restricted = workspace
            .pod()
            .asUser(1_000_270_000, 0)
            .dropping("ALL")
            .withoutPrivilegeEscalation()
            .withReadOnlyRoot()
            .withEmptyDir("/slipway/work");

    @BeforeEach
    void prepare() {
        Image busybox = BaseImages.busybox(workspace.path("busybox"));
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(busybox, "busybox", "1");
        }
        workspace.shell("chmod -R a+rX . && mkdir out && chmod 777 out").file("file", "content");
    }

    @Test
    void buildsAndPushesWhatNeedsNoCommands() {
        workspace.dockerfile("""
                FROM %s AS first
                COPY --chown=1:2 file /opt/file
                FROM %s
                COPY --from=first --chmod=4755 /opt/file /opt/again
                WORKDIR /made/here
                COPY file .
                """.formatted(registry.reference("busybox:1"), registry.reference("busybox:1")));
        Completed done = restricted
                .executor("--context", "dir://" + workspace.context(), "--destination", registry.reference("app:1"))
                .with(
                        "--insecure",
                        "--insecure-pull",
                        "--digest-file",
                        workspace.path("out/digest").toString())
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        PulledImage image = PulledImage.from(registry.reference("app:1"), workspace.path("pulled"));
        assertThat(image.file("opt/again").modeAndOwner()).isEqualTo("4755 1:2");
        assertThat(image.file("made/here/file").modeAndOwner()).isEqualTo("644 0:0");
        assertThat(workspace.path("out/digest")).hasContent(image.image().digest());
    }

    @Test
    void isToldWhatACommandWouldNeed() {
        workspace.dockerfile("FROM %s\nRUN true\n".formatted(registry.reference("busybox:1")));
        workspace.fails(
                71,
                restricted
                        .executor("--context", "dir://" + workspace.context(), "--no-push")
                        .with("--insecure-pull"),
                "RUN",
                "root",
                "exit code 71");
    }
}
