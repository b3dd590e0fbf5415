package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Refuses what a later version brings, and tells what is accepted without making a difference. */
final class FlagReview {
    private static final String FEATURES = "FF_KANIKO_";
    private static final String TRACES = "KANIKO_TELEMETRY_ENDPOINT";

    private FlagReview() {}

    static void review(List<Flag> known, GivenFlags flags, ProgressListener log) throws UsageException {
        flags.warnings().forEach(log::warn);
        for (Flag flag : known) {
            if (!flags.changed(flag)) {
                continue;
            }
            switch (flag.support()) {
                case Flag.Support.Full() -> {}
                case Flag.Support.WithoutEffect(String reason) ->
                    log.debug("%s makes no difference: %s".formatted(flag, reason));
                case Flag.Support.Later() ->
                    throw new UsageException("%s is not supported yet: leave it out".formatted(flag));
            }
        }
    }

    /** Tells which variables of kaniko's fork are set that change nothing in a build (spec: flags, environment). */
    static void reviewVariables(Map<String, String> environment, ProgressListener log) {
        String features = environment.keySet().stream()
                .filter(name -> name.startsWith(FEATURES))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!features.isEmpty()) {
            log.info("%s: without effect, since Slipway builds as BuildKit does whatever they say".formatted(features));
        }
        if (!environment.getOrDefault(TRACES, "").isEmpty()) {
            log.warn(TRACES + ": no traces are sent; --progress=json and --report tell how long each step takes");
        }
    }
}
