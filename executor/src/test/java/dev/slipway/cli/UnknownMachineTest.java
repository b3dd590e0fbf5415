package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of system calls differ between machines: a wrong one would do anything. */
class UnknownMachineTest {

    @ParameterizedTest
    @ValueSource(strings = {"s390x", "ppc64le"})
    void endsWhereTheMachinesSystemCallsAreUnknown(String architecture) {
        Completed ended = Program.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .with("-Dos.arch=" + architecture, "--enable-native-access=ALL-UNNAMED")
                .with("-cp", System.getProperty("java.class.path"), "dev.slipway.cli.Main", "doctor")
                .run();
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(71);
        assertThat(ended.lastErrorLine())
                .contains("Slipway runs on x86-64, aarch64 and riscv64, not on " + architecture)
                .doesNotContain("internal error");
    }
}
