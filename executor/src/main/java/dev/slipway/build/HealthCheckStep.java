package dev.slipway.build;

import dev.slipway.dockerfile.CommandLine;
import dev.slipway.dockerfile.HealthCheckInstruction;
import dev.slipway.image.HealthCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** HEALTHCHECK: replaces an inherited one as a whole; its shell is the runtime's matter. */
final class HealthCheckStep {
    private HealthCheckStep() {}

    static void run(HealthCheckInstruction instruction, StageState state) {
        HealthCheck check = new HealthCheck(
                test(instruction),
                instruction.interval(),
                instruction.timeout(),
                instruction.startPeriod(),
                instruction.startInterval(),
                instruction.retries());
        state.change(container -> container.healthcheck(check));
        state.note("HEALTHCHECK {Test:%s Interval:%s Timeout:%s StartPeriod:%s StartInterval:%s Retries:%d}"
                .formatted(
                        GoText.list(check.test()),
                        duration(check.interval()),
                        duration(check.timeout()),
                        duration(check.startPeriod()),
                        duration(check.startInterval()),
                        check.retries()));
    }

    private static List<String> test(HealthCheckInstruction instruction) {
        if (instruction.command().isEmpty()) {
            return List.of("NONE");
        }
        return switch (instruction.command().get()) {
            case CommandLine.ShellForm shell -> List.of("CMD-SHELL", shell.text());
            case CommandLine.ExecForm exec -> {
                List<String> words = new ArrayList<>(List.of("CMD"));
                words.addAll(exec.arguments());
                yield words;
            }
        };
    }

    private static String duration(Duration duration) {
        return GoText.duration(duration.toNanos());
    }
}
