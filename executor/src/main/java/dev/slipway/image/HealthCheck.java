package dev.slipway.image;

import java.time.Duration;
import java.util.List;

/**
 * How a running container is asked whether it is well (Docker image specification, "Healthcheck"; HEALTHCHECK).
 *
 * @param test {@code NONE}, {@code CMD} with arguments, or {@code CMD-SHELL} with one; zero durations and retries
 *     mean Docker's defaults
 */
public record HealthCheck(
        List<String> test,
        Duration interval,
        Duration timeout,
        Duration startPeriod,
        Duration startInterval,
        long retries) {

    public HealthCheck {
        test = List.copyOf(test);
    }

    /** {@code HEALTHCHECK NONE}: switches off what the base asks. */
    public static HealthCheck none() {
        return new HealthCheck(List.of("NONE"), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);
    }
}
