package dev.slipway.cli;

import dev.slipway.progress.FailureOnly;
import dev.slipway.progress.JsonLines;
import dev.slipway.progress.Level;
import dev.slipway.progress.LogLines;
import dev.slipway.progress.ProgressListener;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The renderer that the flags ask for (spec: flags, below the tables). */
final class Logging {
    /** CI systems whose log pages show colours. */
    private static final List<String> COLOURFUL = List.of("GITLAB_CI", "GITHUB_ACTIONS", "BUILDKITE", "CIRCLECI");

    private Logging() {}

    static ProgressListener listener(GivenFlags flags, PrintStream err, InstantSource clock) throws UsageException {
        Level threshold = threshold(flags);
        String format = flags.valueOrDefault(LogFlags.LOG_FORMAT);
        if (!List.of("text", "color", "json").contains(format)) {
            throw new UsageException("--log-format \"%s\": write text, color or json".formatted(format));
        }
        String progress = flags.value(LogFlags.PROGRESS).orElse(format.equals("json") ? "json" : "auto");
        return switch (progress) {
            case "json" -> new JsonLines(err, threshold, clock);
            case "quiet" -> new FailureOnly(err);
            case "auto", "plain" ->
                new LogLines(
                        err,
                        threshold,
                        format.equals("color") && showsColours(flags.environment()),
                        flags.on(LogFlags.LOG_TIMESTAMP),
                        clock);
            case "tty", "gitlab" ->
                throw new UsageException(
                        "--progress %s is not supported yet: write plain, json, auto or quiet".formatted(progress));
            default ->
                throw new UsageException("--progress \"%s\": write auto, plain, json or quiet".formatted(progress));
        };
    }

    static Level threshold(GivenFlags flags) throws UsageException {
        String verbosity = flags.valueOrDefault(LogFlags.VERBOSITY);
        return Level.named(verbosity)
                .orElseThrow(() ->
                        new UsageException("--verbosity \"%s\": write trace, debug, info, warn, error, fatal or panic"
                                .formatted(verbosity)));
    }

    private static boolean showsColours(Map<String, String> environment) {
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            return false;
        }
        return COLOURFUL.stream().anyMatch(environment::containsKey) || isTerminal();
    }

    /** Whether standard error is a terminal: the run-time's own console asks about input and output. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException unreadable) {
            return false;
        }
    }
}
