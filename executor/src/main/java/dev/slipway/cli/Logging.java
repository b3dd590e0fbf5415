package dev.slipway.cli;

import dev.slipway.progress.FailureOnly;
import dev.slipway.progress.GitLabSections;
import dev.slipway.progress.HtmlReport;
import dev.slipway.progress.JsonLines;
import dev.slipway.progress.Level;
import dev.slipway.progress.LogLines;
import dev.slipway.progress.Masked;
import dev.slipway.progress.ProgressListener;
import dev.slipway.progress.Several;
import dev.slipway.progress.TerminalView;
import dev.slipway.progress.TerminationMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The renderer that the flags ask for (spec: flags, below the tables). */
final class Logging {
    /** CI systems whose log pages show colours. */
    private static final List<String> COLOURFUL = List.of("GITLAB_CI", "GITHUB_ACTIONS", "BUILDKITE", "CIRCLECI");

    private Logging() {}

    /** For a command that builds nothing: what is shown, secrets masked, and the termination message. */
    static ProgressListener listener(GivenFlags flags, PrintStream err, InstantSource clock) throws UsageException {
        ProgressListener shown = renderer(flags, err, clock);
        return new Masked(
                new Several(List.of(shown, new TerminationMessage(TerminationMessage.USUAL, shown))),
                SecretValues.ofEnvironment(flags));
    }

    /** For a build, which knows more secrets, and may have a report. */
    static ProgressListener ofBuild(GivenFlags flags, PrintStream err, InstantSource clock, Path workingDirectory)
            throws UsageException {
        ProgressListener shown = renderer(flags, err, clock);
        List<ProgressListener> listeners = new ArrayList<>(List.of(shown));
        Optional<String> report = flags.value(OutputFlags.REPORT);
        if (report.isPresent()) {
            listeners.add(new HtmlReport(place(workingDirectory.resolve(report.get())), shown, clock));
        }
        listeners.add(new TerminationMessage(TerminationMessage.USUAL, shown));
        return new Masked(new Several(listeners), SecretValues.ofBuild(flags, workingDirectory));
    }

    /** A report that can't be written should be known before the build, not after it. */
    private static Path place(Path file) throws UsageException {
        Path directory = file.toAbsolutePath().getParent();
        try {
            if (Files.isDirectory(file)) {
                throw new UsageException("--report \"%s\" is a directory: name a file".formatted(file));
            }
            if (directory != null && !Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
            if (directory != null && Files.isWritable(directory)) {
                return file;
            }
        } catch (IOException refused) {
            throw new UsageException(
                    "--report \"%s\" can't be written there: %s".formatted(file, Failures.reason(refused)));
        }
        throw new UsageException("--report \"%s\" can't be written there: permission denied".formatted(file));
    }

    private static ProgressListener renderer(GivenFlags flags, PrintStream err, InstantSource clock)
            throws UsageException {
        Level threshold = threshold(flags);
        String format = flags.valueOrDefault(LogFlags.LOG_FORMAT);
        if (!List.of("text", "color", "json").contains(format)) {
            throw new UsageException("--log-format \"%s\": write text, color or json".formatted(format));
        }
        boolean colours = format.equals("color") && showsColours(flags.environment());
        String progress = flags.value(LogFlags.PROGRESS).orElse(format.equals("json") ? "json" : "auto");
        return switch (progress.equals("auto") ? auto(flags) : progress) {
            case "json" -> new JsonLines(err, threshold, clock);
            case "quiet" -> new FailureOnly(err);
            case "plain" -> new LogLines(err, threshold, colours, flags.on(LogFlags.LOG_TIMESTAMP), clock);
            case "tty" -> new TerminalView(err, threshold, colours, clock);
            case "gitlab" -> new GitLabSections(err, threshold, colours, clock);
            default ->
                throw new UsageException(
                        "--progress \"%s\": write auto, plain, tty, json, gitlab or quiet".formatted(progress));
        };
    }

    /** Plain lines, unless somebody watches, or GitLab's job page can fold them. Times in front ask for plain lines. */
    private static String auto(GivenFlags flags) throws UsageException {
        if (flags.on(LogFlags.LOG_TIMESTAMP) || flags.value(LogFlags.LOG_FORMAT).isPresent()) {
            return "plain";
        }
        if (flags.environment().containsKey("GITLAB_CI")) {
            return "gitlab";
        }
        boolean dumb = flags.environment().getOrDefault("TERM", "dumb").equals("dumb");
        return !dumb && !flags.environment().containsKey("CI") && isTerminal() ? "tty" : "plain";
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
