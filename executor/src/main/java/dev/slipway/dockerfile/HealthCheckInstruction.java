package dev.slipway.dockerfile;

import java.time.Duration;
import java.util.Optional;

/**
 * HEALTHCHECK: how to ask a container whether it is well. A duration of zero, or no retries, means that none was given.
 *
 * @param command the check; empty for NONE, which turns an inherited one off
 */
public record HealthCheckInstruction(
        InstructionSource source,
        Optional<CommandLine> command,
        Duration interval,
        Duration timeout,
        Duration startPeriod,
        Duration startInterval,
        int retries)
        implements Instruction {
    @Override
    public HealthCheckInstruction expand(Expander expander) {
        return this;
    }
}
