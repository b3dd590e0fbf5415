package dev.slipway.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the environment says no, a person learns what was tried, why it failed, and what would help. */
class RefusalTest {
    private static final int SETPCAP = 8;

    @Test
    void namesTheCapabilityThatMountsTake() {
        assertThatThrownBy(() -> FreshThread.call("weak", () -> {
                    CallingThread.limitCapabilities(Set.of());
                    return MountSpace.open();
                }))
                .isInstanceOf(SandboxException.class)
                .hasMessage("mounts are not allowed here: unshare \"directories, mounts\": operation not permitted;"
                        + " the executor lacks CAP_SYS_ADMIN: add it to the container's capabilities");
    }

    @Test
    void namesTheCapabilityThatIsMissingForACommand(@TempDir Path room) throws IOException {
        Path root = BusyBoxRoot.make(room.resolve("root"));
        Set<Integer> few = Set.of(Capability.SYS_ADMIN, 0, 1, 18, 27);
        assertThat(few).doesNotContain(SETPCAP);
        try (MountSpace space = MountSpace.open()) {
            Sandbox sandbox = new Sandbox(space, Files.createDirectories(room.resolve("scratch")));
            Command command = Command.of(List.of("/bin/true"), Map.of());
            assertThatThrownBy(() -> FreshThread.call("weak", () -> {
                        CallingThread.limitCapabilities(few);
                        return sandbox.run(root, command, (stream, line) -> {});
                    }))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("the executor lacks CAP_SETPCAP: add it");
            assertThat(room.resolve("scratch")).isEmptyDirectory();
            assertThat(root).isDirectoryNotContaining("glob:**/proc");
        }
    }

    private static Command with(Network network, Optional<String> hostname, Allowances allowances) {
        return new Command(
                List.of("/bin/true".getBytes(StandardCharsets.UTF_8)),
                List.of(),
                PathBytes.EMPTY,
                Credentials.ROOT,
                List.of(),
                network,
                hostname,
                Map.of(),
                allowances);
    }

    @Test
    void namesTheFlagThatACommandInPlaceHasToDoWithout() {
        Map<String, Command> refused = Map.of(
                "--network=none", with(Network.NONE, Optional.empty(), Allowances.NONE),
                "--hostname", with(Network.HOST, Optional.of("builder"), Allowances.NONE),
                "--shm-size",
                        with(
                                Network.HOST,
                                Optional.empty(),
                                new Allowances(List.of(), OptionalLong.of(1 << 20), false)),
                "--security=insecure",
                        with(Network.HOST, Optional.empty(), new Allowances(List.of(), OptionalLong.empty(), true)));
        refused.forEach((flag, command) -> assertThatThrownBy(() -> InPlaceSandbox.refuseWhatTakesMore(command))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining(flag)
                .hasMessageContaining("this pod doesn't"));
        assertThatCode(() -> InPlaceSandbox.refuseWhatTakesMore(with(Network.HOST, Optional.empty(), Allowances.NONE)))
                .doesNotThrowAnyException();
    }

    @Test
    void tellsALimitFromALackOfRights() {
        assertThat(Refusal.of("no", new PosixException("unshare", "mounts", Errno.ENOSPC)))
                .hasMessageContaining("max_*_namespaces");
        assertThat(Refusal.of("no", new PosixException("mount", "overlay", Errno.EPERM)))
                .hasMessageContaining("the executor has CAP_SYS_ADMIN, so");
    }
}
