package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eight capabilities suffice in place; of those that a pod lacks the executor says which, and what that changes. */
class CapabilitiesIT {

    private static final List<String> NEEDED =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETUID", "SETGID", "SETFCAP", "KILL");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeEach
    void pushTheBase() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        }
        workspace.dockerfile("""
                FROM %s
                RUN mkdir -m 700 /a && chown 1:2 /a && touch /a/b && chmod 6755 /a/b && (setsid sleep 4321 &)
                USER 65534:65534
                RUN id -u && touch /tmp/by-nobody
                """.formatted(registry.reference("busybox:1")));
    }

    @Test
    void eightSuffice() {
        var pod = workspace.pod().dropping("ALL");
        for (String capability : NEEDED) {
            pod = pod.adding(capability);
        }
        Completed done = workspace
                .buildIn(pod, "--isolation", "in-place", "--insecure-pull", "--no-push")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).doesNotContain("CAP_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETUID", "SETGID", "SETFCAP", "KILL"})
    void namesTheOneThatIsMissing(String missing) {
        Completed done = workspace
                .buildIn(workspace.pod().dropping(missing), "--isolation", "in-place", "--insecure-pull", "--no-push")
                .run();
        assertThat(done.out() + done.err()).as("%s", done).contains("CAP_" + missing);
        assertThat(done.exitCode()).as("%s", done).isIn(0, 1, 71);
    }
}
