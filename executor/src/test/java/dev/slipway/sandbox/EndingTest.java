package dev.slipway.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.Pipe;
import dev.slipway.posix.Processes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How commands end, and that nothing stays of them: no process, no descriptor, no mount, no thread in another place. */
class EndingTest {
    @TempDir
    private Path room;

    private Path root;
    private MountSpace space;
    private Sandbox sandbox;
    private final List<String> output = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        root = BusyBoxRoot.make(room.resolve("root"));
        space = MountSpace.open();
        sandbox = new Sandbox(space, Files.createDirectories(room.resolve("scratch")));
    }

    @AfterEach
    void close() throws IOException {
        space.close();
    }

    @Test
    void passesLinesOnAsTheyCome() throws IOException {
        // The command goes on only when its first line has been seen.
        sandbox.run(root, command("echo first; while [ ! -e /seen ]; do :; done; echo second >&2"), (stream, line) -> {
            output.add(stream + " " + line);
            touch(root.resolve("seen"));
        });
        assertThat(output).containsExactly("STDOUT first", "STDERR second");
    }

    @Test
    void cutsALineThatHasNoEnd() throws IOException {
        shell("dd if=/dev/zero bs=1000 count=300 2>/dev/null | tr '\\0' x; echo; echo ä; printf end");
        assertThat(String.join("", output)).hasSize(300_000 + 1 + 3);
        assertThat(output).allMatch(line -> line.length() <= 64 * 1024).endsWith("ä", "end");
    }

    @Test
    void neverCutsInsideACharacter() {
        LineSplitter lines = new LineSplitter(OutputListener.Stream.STDOUT, (stream, line) -> output.add(line));
        byte[] text = ("x" + "€".repeat(40_000) + "\r\n").getBytes(StandardCharsets.UTF_8);
        lines.add(text, text.length);
        assertThat(String.join("", output)).isEqualTo("x" + "€".repeat(40_000));
        assertThat(output).hasSizeGreaterThan(1);
    }

    @Test
    void endsWithItsOrphansThoughTheyHoldItsOutput() throws IOException {
        assertThat(shell("setsid sleep 999 & setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 999; done' & exit 3"))
                .isEqualTo(new ExitStatus.Exited(3));
        assertThat(children()).isEmpty();
    }

    @Test
    void letsNoZombieStay() throws IOException {
        shell("sh -c 'true & echo $! > /pid'; while [ -e /proc/$(cat /pid) ]; do true; done; echo reaped");
        assertThat(output).containsExactly("reaped");
    }

    @Test
    void tellsWhichSignalEndedACommand() throws IOException {
        ExitStatus status = sandbox.run(root, command("echo up; sleep 999"), (stream, line) -> stop());
        assertThat(status).isEqualTo(new ExitStatus.Signalled(9));
        assertThat(status.asShell()).isEqualTo(137);
        assertThatThrownBy(() -> shell("true"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("ending");
        assertThat(children()).isEmpty();
    }

    @Test
    void killsTheCommandOfAnInterruptedThread() throws IOException, InterruptedException {
        FutureTask<ExitStatus> task = new FutureTask<>(() -> {
            Thread runner = Thread.currentThread();
            return sandbox.run(root, command("echo up; sleep 999"), (stream, line) -> runner.interrupt());
        });
        Thread thread = Thread.ofPlatform().start(task);
        thread.join();
        assertThat(task.exceptionNow()).isInstanceOf(InterruptedIOException.class);
        assertThat(children()).isEmpty();
        assertThat(shellOf("echo works")).containsExactly("works");
    }

    @Test
    void killsTheCommandWhenTheExecutorIsKilled() throws Exception {
        Process executor = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RunsForever.class.getName(),
                        root.toString(),
                        room.resolve("scratch").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = executor.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("up");
            List<ProcessHandle> started = executor.descendants().toList();
            assertThat(started).isNotEmpty();
            assertThat(executor.toHandle().destroyForcibly()).isTrue();
            executor.waitFor();
            for (ProcessHandle process : started) {
                assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(20));
            }
        }
    }

    /** A second executor, to be killed. */
    static final class RunsForever {
        public static void main(String[] arguments) throws IOException {
            Path room = Path.of(arguments[0]);
            Sandbox sandbox = new Sandbox(MountSpace.open(), Path.of(arguments[1]));
            sandbox.run(room, command("echo up; sleep 999 & sleep 999"), (stream, line) -> System.out.println(line));
        }
    }

    @Test
    void killsTheCommandWhenItsOutputCannotBeTaken() {
        assertThatThrownBy(() -> sandbox.run(root, command("echo up; sleep 999"), (stream, line) -> {
                    throw new IllegalStateException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(children()).isEmpty();
    }

    @Test
    void leavesNoDescriptorsMountsOrFiles() throws IOException {
        shell("true");
        String mounts = Files.readString(Path.of("/proc/self/mounts"));
        int descriptors = descriptors();
        for (int i = 0; i < 20; i++) {
            shell("echo " + i);
            assertThatThrownBy(() -> sandbox.run(root, Command.of(List.of("/none"), Map.of()), (s, l) -> {}))
                    .isInstanceOf(CommandNotStartedException.class);
        }
        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(mounts);
        assertThat(room.resolve("scratch")).isEmptyDirectory();
        assertThat(children()).isEmpty();
    }

    @Test
    void leavesNoThreadInAnotherRootOrUnderAnotherUser() throws Exception {
        List<Future<ExitStatus>> runs = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                Path own = BusyBoxRoot.make(room.resolve("root" + i));
                Command command = command("id -u; echo; sleep 0.1").as(new Credentials(1000 + i, 1, List.of()));
                runs.add(threads.submit(() -> sandbox.run(own, command, (stream, line) -> {})));
            }
        }
        for (Future<ExitStatus> run : runs) {
            assertThat(run.get().isSuccess()).isTrue();
        }
        Set<String> places = new HashSet<>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String ids = Files.readAllLines(task.resolve("status")).stream()
                        .filter(line -> line.startsWith("Uid:"))
                        .findFirst()
                        .orElseThrow();
                places.add(Files.readSymbolicLink(task.resolve("root")) + " "
                        + Files.readSymbolicLink(task.resolve("ns/mnt")) + " " + ids);
            }
        }
        assertThat(places).hasSize(1);
    }

    /** As in a pod without CAP_KILL, where a process of another user outlives the command and holds its output. */
    @Test
    void tellsAtOnceWhatCannotBeEnded() throws IOException {
        Execution execution = new Execution(over -> {});
        try (Directory devices = Directory.open(Path.of("/dev"));
                OpenFile nothing = devices.openRead(PathBytes.of("null"));
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            Program program = new Program(
                    command("sleep 60 & echo $!"),
                    Set.of(),
                    nothing.fd(),
                    out.writeEnd().fd(),
                    err.writeEnd().fd());
            Execution.Ending ending = command -> {
                Processes.awaitEnd(command);
                throw new SandboxException("it can't be ended");
            };
            long start = System.nanoTime();
            assertThatThrownBy(() -> FreshThread.call(
                            "output",
                            () -> execution.run(
                                    program, launch -> {}, ending, out, err, (stream, line) -> output.add(line))))
                    .isInstanceOf(SandboxException.class)
                    .hasMessage("it can't be ended");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        }
        assertThat(output).hasSize(1);
        ProcessHandle left = ProcessHandle.of(Long.parseLong(output.getFirst())).orElseThrow();
        assertThat(left.destroyForcibly()).isTrue();
        assertThat(left.onExit()).succeedsWithin(Duration.ofSeconds(20));
    }

    private static List<String> children() {
        return ProcessHandle.current()
                .children()
                .map(child -> child.pid() + " " + child.info())
                .toList();
    }

    private static int descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        }
    }

    private static void touch(Path file) {
        try {
            Files.write(file, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stop() {
        try {
            sandbox.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Command command(String script) {
        return Command.of(List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin"));
    }

    private List<String> shellOf(String script) throws IOException {
        List<String> lines = new ArrayList<>();
        sandbox.run(root, command(script), (stream, line) -> lines.add(line));
        return lines;
    }

    private ExitStatus shell(String script) throws IOException {
        return sandbox.run(root, command(script), (stream, line) -> output.add(line));
    }
}
