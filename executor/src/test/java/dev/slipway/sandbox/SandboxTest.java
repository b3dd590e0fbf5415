package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxTest {
    @TempDir
    private Path room;

    private Path root;
    private MountSpace space;
    private Sandbox sandbox;
    private final List<String> output = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        root = Files.createDirectories(room.resolve("root"));
        Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        for (String applet : List.of(
                "sh",
                "cat",
                "id",
                "ls",
                "sleep",
                "mount",
                "touch",
                "mkdir",
                "hostname",
                "env",
                "grep",
                "setsid",
                "echo",
                "stat",
                "kill")) {
            Files.createSymbolicLink(root.resolve("bin/" + applet), Path.of("busybox"));
        }
        space = MountSpace.open();
        sandbox = new Sandbox(space, Files.createDirectories(room.resolve("scratch")));
    }

    @AfterEach
    void close() throws IOException {
        space.close();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(room.toString());
        try (var left = Files.list(room.resolve("scratch"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void givesACommandItsEnvironmentAndNothingOfOurs() throws IOException {
        assertThat(run(Command.of(List.of("env"), Map.of("A", "1")))).isEqualTo(new ExitStatus.Exited(0));
        assertThat(output).containsExactly("A=1");
    }

    @Test
    void tellsStatusAndSignal() throws IOException {
        assertThat(shell("exit 42")).isEqualTo(new ExitStatus.Exited(42));
        // A process 1 is deaf to signals that it doesn't handle, so its child is killed.
        assertThat(shell("sh -c 'kill -9 $$'; exit $?")).isEqualTo(new ExitStatus.Exited(137));
    }

    @Test
    void namesAProgramThatIsMissingOrNotExecutable() throws IOException {
        Files.writeString(root.resolve("bin/data"), "no program");
        assertThatThrownBy(() -> run(Command.of(List.of("nonsense"), Map.of())))
                .isInstanceOfSatisfying(
                        CommandNotStartedException.class,
                        e -> assertThat(e.status()).isEqualTo(127))
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> run(Command.of(List.of("/bin/data"), Map.of())))
                .isInstanceOfSatisfying(
                        CommandNotStartedException.class,
                        e -> assertThat(e.status()).isEqualTo(126));
    }

    @Test
    void findsAProgramByAPathOfAnyBytes() throws IOException {
        assertThat(
                        shell(
                                "d=$(printf 'x\\377'); mkdir $d && echo '#!/bin/sh\necho found' > $d/tool && /bin/busybox chmod +x $d/tool"))
                .isEqualTo(new ExitStatus.Exited(0));
        byte[] path = "PATH=/nowhere:/x?".getBytes(UTF_8);
        path[path.length - 1] = (byte) 0xff;
        Command command = new Command(
                List.of("tool".getBytes(UTF_8)),
                List.of(path),
                PathBytes.EMPTY,
                Credentials.ROOT,
                List.of(),
                Network.HOST,
                Optional.empty(),
                Map.of(),
                Allowances.NONE);
        assertThat(run(command)).isEqualTo(new ExitStatus.Exited(0));
        assertThat(output).containsExactly("found");
    }

    @Test
    void whatCannotBeTidiedNeverTakesThePlaceOfAFailure() throws IOException {
        List<Path> kept = new ArrayList<>();
        OutputListener listener = (stream, line) -> {
            kept.add(obstructed(room.resolve("scratch")));
            throw new IllegalStateException("the listener's own failure");
        };
        assertThatThrownBy(() -> sandbox.run(root, Command.of(List.of("/bin/echo", "hello"), Map.of()), listener))
                .hasMessage("the listener's own failure")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        Files.delete(kept.getFirst());
        Files.delete(kept.getFirst().getParent());
        assertThat(shell("exit 3")).isEqualTo(new ExitStatus.Exited(3));
    }

    @Test
    void isProcessOneAndTakesItsOrphansWithIt() throws IOException {
        shell("echo pid $$; setsid sleep 987 & echo started");
        assertThat(output).contains("pid 1", "started");
        assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
                .noneMatch(line -> line.contains("sleep 987"));
    }

    @Test
    void leavesNoMountPointBehind() throws IOException {
        var before = Files.getLastModifiedTime(root);
        shell("ls /proc/self/status /dev/null /sys/kernel /etc/resolv.conf /etc/hosts");
        assertThat(output).hasSizeGreaterThan(4);
        assertThat(Files.exists(root.resolve("proc"))).isFalse();
        assertThat(Files.exists(root.resolve("etc"))).isFalse();
        assertThat(Files.getLastModifiedTime(root)).isEqualTo(before);
    }

    @Test
    void keepsWhatTheCommandWroteBesideAMountPoint() throws IOException {
        shell("echo x > /etc/mine");
        assertThat(Files.list(root.resolve("etc"))).containsExactly(root.resolve("etc/mine"));
    }

    @Test
    void runsAsAnotherUserWithItsGroups() throws IOException {
        Command command =
                Command.of(List.of("id"), Map.of("PATH", "/bin")).as(new Credentials(1000, 1001, List.of(1001, 44)));
        run(command);
        assertThat(output.getFirst()).startsWith("uid=1000 gid=1001").contains("44");
    }

    @Test
    void givesDockersCapabilitiesAndClosedInput() throws IOException {
        shell("grep CapEff /proc/self/status; grep CapBnd /proc/self/status; cat; echo end");
        assertThat(output).containsExactly("CapEff:\t00000000a80425fb", "CapBnd:\t00000000a80425fb", "end");
    }

    @Test
    void keepsTheKernelsSettingsReadOnly() throws IOException {
        shell("echo x > /proc/sys/kernel/core_pattern || echo refused; touch /sys/x || echo refused");
        assertThat(output).filteredOn(line -> line.equals("refused")).hasSize(2);
    }

    @Test
    void showsMountsAndForgetsThem() throws IOException {
        Path source = Files.createDirectories(room.resolve("source"));
        Files.writeString(source.resolve("f"), "from the context");
        List<Mount> mounts = List.of(
                new Mount.Bind(PathBytes.of("in"), source, PathBytes.EMPTY, Mount.Writes.REFUSED),
                new Mount.Bind(PathBytes.of("scratch"), source, PathBytes.EMPTY, Mount.Writes.DISCARDED),
                new Mount.Bind(PathBytes.of("cache"), source, PathBytes.EMPTY, Mount.Writes.KEPT),
                new Mount.Tmpfs(PathBytes.of("memory"), OptionalLong.of(1 << 20), false),
                new Mount.Tmpfs(PathBytes.of("void"), OptionalLong.empty(), true),
                new Mount.Content(PathBytes.of("run/secrets/s"), "hush".getBytes(UTF_8), 0400, 0, 0));
        String script = "cat /in/f; echo; touch /in/x || echo refused; echo y > /scratch/f; cat /scratch/f;"
                + " touch /cache/kept; mount | grep memory; touch /void/x || echo void; cat /run/secrets/s; stat -c %a /run/secrets/s";
        run(Command.of(List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin")).with(mounts));
        assertThat(output).contains("from the context", "refused", "y", "void", "hush400");
        assertThat(Files.readString(source.resolve("f"))).isEqualTo("from the context");
        assertThat(Files.exists(source.resolve("kept"))).isTrue();
        assertThat(Files.list(root)).containsExactly(root.resolve("bin"));
    }

    @Test
    void whatIsWrittenToBeForgottenLiesOnTheDiskMeanwhile() throws IOException {
        Path source = Files.createDirectories(room.resolve("source/d"));
        Files.writeString(source.resolveSibling("f"), "before");
        try (Directory directory = Directory.open(source.getParent())) {
            directory.setOwner(PathBytes.of("d"), 1000, 1001);
        }
        List<Mount> mounts = List.of(
                new Mount.Bind(PathBytes.of("m"), source, PathBytes.EMPTY, Mount.Writes.DISCARDED),
                new Mount.Bind(PathBytes.of("f"), source.getParent(), PathBytes.of("f"), Mount.Writes.DISCARDED));
        List<String> onDisk = new ArrayList<>();
        Command command = Command.of(
                        List.of("/bin/sh", "-c", "stat -c %u:%g /m; touch /m/written; echo after > /f; cat /f"),
                        Map.of("PATH", "/bin"))
                .with(mounts);
        sandbox.run(root, command, (stream, line) -> {
            output.add(line);
            onDisk.addAll(filesBelow(room.resolve("scratch")));
        });
        assertThat(output).containsExactly("1000:1001", "after");
        assertThat(onDisk).contains("written");
        assertThat(source).isEmptyDirectory();
        assertThat(source.resolveSibling("f")).hasContent("before");
    }

    private static List<String> filesBelow(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void cutsTheNetworkOff() throws IOException {
        run(Command.of(List.of("/bin/sh", "-c", "cat /proc/net/dev | grep -c :"), Map.of("PATH", "/bin"))
                .on(Network.NONE));
        assertThat(output).containsExactly("1");
    }

    /** Lays a file into a command's directory of ours, which can't be deleted then. */
    private static Path obstructed(Path scratch) {
        try (var staging = Files.list(scratch)) {
            return Files.writeString(staging.findFirst().orElseThrow().resolve("kept"), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ExitStatus shell(String script) throws IOException {
        return run(Command.of(List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin")));
    }

    private ExitStatus run(Command command) throws IOException {
        return sandbox.run(root, command, (stream, line) -> output.add(line));
    }
}
