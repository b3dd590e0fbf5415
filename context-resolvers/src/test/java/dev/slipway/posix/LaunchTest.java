package dev.slipway.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchTest {
    private static final int PR_GET_DUMPABLE = 3;

    @Test
    void startsAProgramWithExactlyItsStreamsAndVariables() throws IOException {
        assertThat(output(List.of("sh", "-c", "cat; echo $A; ls /proc/self/fd | wc -l"), List.of("A=b")))
                .isEqualTo("b\n4\n");
    }

    @Test
    void tellsWhyAProgramCannotBeExecuted() throws IOException {
        assertThat(start("/nonsense")).isEqualTo(-Errno.ENOENT);
        assertThat(start("/etc")).isEqualTo(-Errno.EACCES);
        assertThat(start("/etc/passwd/x")).isEqualTo(-Errno.ENOTDIR);
    }

    @Test
    void neverFailsUnderLoad() throws IOException {
        for (int i = 0; i < 200; i++) {
            assertThat(output(List.of("echo", "run " + i), List.of())).isEqualTo("run " + i + "\n");
        }
    }

    @Test
    void closesTheProcessToOthers() throws IOException {
        CallingThread.closeProcessToOthers();
        assertThat(Native.call(SystemCall.PRCTL, PR_GET_DUMPABLE)).isZero();
    }

    private static int start(String program) throws IOException {
        try (Launch launch = new Launch();
                Pipe pipe = Pipe.open()) {
            int fd = pipe.writeEnd().fd();
            return launch.start(
                    program.getBytes(UTF_8),
                    List.of(),
                    List.of(),
                    pipe.readEnd().fd(),
                    fd,
                    fd);
        }
    }

    private static String output(List<String> arguments, List<String> environment) throws IOException {
        try (Launch launch = new Launch();
                Directory dev = Directory.open(Path.of("/dev"));
                OpenFile nothing = dev.openRead(PathBytes.of("null"));
                Pipe pipe = Pipe.open()) {
            int pid = launch.start(
                    "/bin/busybox".getBytes(UTF_8),
                    arguments.stream().map(argument -> argument.getBytes(UTF_8)).toList(),
                    environment.stream()
                            .map(variable -> variable.getBytes(UTF_8))
                            .toList(),
                    nothing.fd(),
                    pipe.writeEnd().fd(),
                    pipe.writeEnd().fd());
            assertThat(pid).isPositive();
            pipe.writeEnd().close();
            String output = new String(pipe.readEnd().in().readAllBytes(), UTF_8);
            assertThat(Processes.reap(pid)).isZero();
            return output;
        }
    }
}
