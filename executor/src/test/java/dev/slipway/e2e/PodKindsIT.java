package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kinds of root filesystem in a pod: which one is taken, why not a better one, and that all make the same layers. */
class PodKindsIT {

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeEach
    void prepare() {
        access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        workspace.dockerfile("""
                        FROM %1$s AS first
                        RUN mkdir -m 1777 /a && echo 1 > /a/b && ln /a/b /a/c && chown 5:6 /a/b && rm -r /var/tmp
                        FROM %1$s
                        RUN rm -r /usr && mkdir -p /usr/bin && ln -s /bin /usr/bin/more
                        COPY --from=first / /all/
                        USER 65534
                        WORKDIR /work
                        RUN id -u > /tmp/me
                        """.formatted(registry.reference("busybox:1"))).file("f", "content");
    }

    @Test
    void makeTheSameLayers() {
        // What the better kinds take: a cluster's seccomp profile allows mounts to whoever holds this capability.
        Pod mounting = workspace.pod().adding("SYS_ADMIN").withoutSeccomp();
        List<String> overlay = build(mounting, "overlay");
        assertThat(build(mounting, "directory")).isEqualTo(overlay);
        assertThat(build(workspace.pod(), "in-place")).isEqualTo(overlay);
    }

    @Test
    void areTriedAndWhatIsNotAllowedIsSaidInOneLine() {
        Completed done = workspace
                .buildIn(workspace.pod(), "--insecure-pull", "--no-push")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat((done.out() + done.err()).lines().filter(line -> line.startsWith("isolation:")))
                .singleElement()
                .asString()
                .contains("in-place", "not permitted");
    }

    private List<String> build(Pod pod, String isolation) {
        String reference = registry.reference("same:" + isolation);
        Completed done = workspace
                .buildIn(pod, "--isolation", isolation, "--reproducible", "--insecure", "--insecure-pull")
                .with("--destination", reference)
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        return PulledImage.from(reference, workspace.path(isolation)).image().diffIds();
    }
}
