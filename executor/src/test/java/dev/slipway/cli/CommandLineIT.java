package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.host.HostTraces;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only the packaged executor shows: how it reads its arguments, and what a signal does to it. */
class CommandLineIT {
    private static final Path HOME = Path.of(System.getProperty("slipway.home"));

    @TempDir
    Path directory;

    private static Program executor(String... arguments) {
        return Program.of(HOME.resolve("bin/executor").toString()).with(arguments);
    }

    @Test
    void readsArgumentsAndNamesInTheCLocale() throws Exception {
        Files.writeString(directory.resolve("Dockerfile-größer"), "# Für alle: naïve\nFROM scratch\n");
        Completed completed = executor("check", "-c", directory.toString(), "-f", "Dockerfile-größer")
                .withVariable("LC_ALL", "C")
                .runSuccessfully();
        assertThat(completed.out()).isEqualTo("Dockerfile-größer: nothing to say\n");
    }

    @Test
    void refusesAnArgumentThatIsNotUtf8() {
        Completed completed = Program.of(
                        "sh", "-c", "exec \"$0\" \"--target=$(printf '\\377')\"", HOME.resolve("bin/executor") + "")
                .run();
        assertThat(completed.exitCode()).isEqualTo(64);
        assertThat(completed.lastErrorLine()).contains("is not UTF-8").endsWith("(usage, exit code 64)");
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130"})
    void endsTheRunningCommandOnASignalAndLeavesNothingBehind(String signal, int exitCode) throws Exception {
        String marker = "slipway-" + UUID.randomUUID();
        Path context = Files.createDirectory(directory.resolve("context"));
        Path own = directory.resolve("own");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start();
                RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(directory.resolve("base")), "busybox", "latest");
            Files.writeString(
                    context.resolve("Dockerfile"),
                    "FROM %s\nRUN echo begun && exec sh -c 'while :; do sleep 1; done' %s\n"
                            .formatted(registry.reference("busybox"), marker));
            try (RunningProgram running = executor(
                            "-c", context.toString(), "--no-push", "--slipway-dir=" + own, "--progress=plain")
                    .start()) {
                running.awaitText("| begun", Duration.ofSeconds(60));
                running.signal(signal);
                Completed completed = running.await();
                assertThat(completed.exitCode()).isEqualTo(exitCode);
                assertThat(completed.lastErrorLine())
                        .contains("SIG" + signal)
                        .endsWith("exit code %d)".formatted(exitCode));
            }
        }
        assertThat(HostTraces.processes(marker)).isEmpty();
        assertThat(HostTraces.mounts(own)).isEmpty();
        try (Stream<Path> builds = Files.list(own.resolve("work/builds"))) {
            assertThat(builds).isEmpty();
        }
    }
}
