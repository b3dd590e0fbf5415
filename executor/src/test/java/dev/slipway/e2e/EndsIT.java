package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.host.HostTraces;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Deadline;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.registry.RegistryAccess;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How builds end: in good order, by a signal, by kill -9; and what becomes of the processes that they started. */
class EndsIT {

    private static final Duration SOON = Duration.ofSeconds(40);

    /** In the environment of every command of the build, so that it is found whatever its name. */
    private final String marker = "marker-" + UUID.randomUUID();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeEach
    void pushTheBase() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void sigtermEndsTheCommandAndTheBuildWith143(String isolation) {
        dockerfile("RUN trap '' TERM; (setsid sleep 4321 &) ; sleep 4321");
        try (RunningProgram running = build(isolation).start()) {
            awaitTheCommand();
            running.signal("TERM");
            Completed done = running.await();
            assertThat(done.exitCode()).as("%s", done).isEqualTo(143);
            assertThat(done.lastErrorLine()).contains("143");
        }
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aCommandThatIsKilledEndsWith128AndTheSignal(String isolation) {
        dockerfile("RUN sleep 4321");
        try (RunningProgram running = build(isolation).start()) {
            awaitTheCommand();
            // From outside, as the kernel does it for memory: the first process of a namespace can't kill itself.
            HostTraces.processes(marker)
                    .forEach(process -> Program.of("kill", "-KILL", process.substring(0, process.indexOf(':')))
                            .run());
            Completed done = running.await();
            assertThat(done.exitCode()).as("%s", done).isEqualTo(137);
            assertThat(done.lastErrorLine()).contains("Dockerfile:3", "signal 9", "exit code 137");
        }
        assertNothingIsLeft();
    }

    @Test
    void sigtermEndsAPull() {
        try (FaultProxy slow = FaultProxy.before(registry.host())) {
            for (int connection = 0; connection < 20; connection++) {
                slow.then(new FaultProxy.Fault.Delay(Duration.ofMinutes(2)));
            }
            workspace.dockerfile("FROM " + slow.host() + "/busybox:1\nRUN true\n");
            try (RunningProgram running =
                    workspace.build("--no-push", "--insecure").start()) {
                Deadline.in(SOON).await("a connection", () -> slow.connections() > 0);
                running.signal("TERM");
                assertThat(running.await().exitCode()).isEqualTo(143);
            }
        }
        workspace.assertNothingIsLeft();
    }

    @Test
    void sigtermEndsTheDownloadOfAContext() {
        try (FaultProxy silent =
                        FaultProxy.before(registry.host()).then(new FaultProxy.Fault.Delay(Duration.ofMinutes(2)));
                RunningProgram running = workspace
                        .executor("--context=http://" + silent.host() + "/app.tar.gz", "--no-push")
                        .start()) {
            Deadline.in(SOON).await("a connection", () -> silent.connections() > 0);
            running.signal("TERM");
            assertThat(running.await().exitCode()).isEqualTo(143);
        }
        workspace.assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void theNextBuildRemovesWhatAKilledOneLeft(String isolation) {
        dockerfile("RUN sleep 4321");
        try (RunningProgram running = build(isolation).start()) {
            awaitTheCommand();
            running.signal("KILL");
            running.await();
        }
        assertThat(HostTraces.mounts(workspace.path())).isEmpty();
        assertThat(workspace.leftOfBuilds()).isNotEmpty();
        Deadline.in(SOON)
                .await(
                        "the killed build's command to be gone",
                        () -> HostTraces.processes(marker).isEmpty());

        dockerfile("RUN echo again");
        assertThat(build(isolation).run().exitCode()).isZero();
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void whatACommandLeavesRunningEndsWithTheStep(String isolation) {
        dockerfile("""
                RUN setsid sleep 4321 & nohup sleep 4321 > /dev/null 2>&1 & sleep 0
                RUN (while :; do date >> /log; done) & sleep 0.3
                RUN test -s /log && test "$(ps | grep -c '[s]leep 4321')" = 0
                """);
        Completed done = build(isolation).run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertNothingIsLeft();
    }

    @Test
    void aCommandWaitsForItsZombiesInVain() {
        // A daemon that waits until its child is gone from the process table hangs where nobody reaps.
        dockerfile(
                "RUN sh -c 'sleep 0.1 & echo $! > /pid'; while kill -0 $(cat /pid) 2> /dev/null; do sleep 0.05; done");
        Completed done = build("overlay").run();
        assertThat(done.exitCode()).as("%s", done).isZero();
    }

    private void dockerfile(String lines) {
        workspace.dockerfile("FROM %s\nENV MARKER=%s\n%s\n".formatted(registry.reference("busybox:1"), marker, lines));
    }

    private Program build(String isolation) {
        return workspace.build("--no-push", "--isolation", isolation, "--insecure-registry", registry.host());
    }

    private void awaitTheCommand() {
        Deadline.in(SOON)
                .await(
                        "the command to run",
                        () -> HostTraces.processes(marker).stream()
                                .anyMatch(process -> process.contains("sleep 4321")));
    }

    private void assertNothingIsLeft() {
        workspace.assertNothingIsLeft();
        assertThat(HostTraces.processes(marker)).isEmpty();
    }
}
