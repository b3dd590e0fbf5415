package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.build.BuildFiles;
import dev.slipway.build.BuildRequest;
import dev.slipway.build.DockerfileChecks;
import dev.slipway.context.BuildContext;
import dev.slipway.dockerfile.Checks;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Checks a Dockerfile without building it: findings on standard output, as text or as one JSON object. */
final class CheckCommand {
    private static final List<Flag> FLAGS = FlagTable.flags(FlagTable.CHECK);

    private final Streams streams;
    private final Path workingDirectory;
    private final InstantSource clock;

    CheckCommand(Streams streams, Path workingDirectory, InstantSource clock) {
        this.streams = streams;
        this.workingDirectory = workingDirectory;
        this.clock = clock;
    }

    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        GivenFlags flags = new FlagParser(FLAGS).parse(arguments, environment);
        ProgressListener progress = Logging.listener(flags, streams.err(), clock);
        FlagReview.review(FLAGS, flags, progress);
        return run(flags, progress);
    }

    /** For {@code --check}, where the flags are those of a build. */
    int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        boolean json = json(flags);
        try {
            Checked checked = check(flags, progress);
            print(checked, json);
            if (checked.result().refusal().isPresent()) {
                throw checked.result().refusal().get();
            }
            if (checked.result().failing()) {
                progress.on(new BuildEvent.BuildFailed(
                        FailureClass.DOCKERFILE,
                        FailureClass.DOCKERFILE.exitCode(),
                        "%s: %d findings, and its check directive makes them errors"
                                .formatted(
                                        checked.file(),
                                        checked.result().findings().size())));
                return FailureClass.DOCKERFILE.exitCode();
            }
            return 0;
        } catch (DockerfileException invalid) {
            BuildEvent.BuildFailed ending = Failures.ending(invalid);
            progress.on(ending);
            return ending.exitCode();
        } catch (UsageException refused) {
            throw refused;
        } catch (Throwable failure) {
            BuildEvent.BuildFailed ending = Failures.ending(failure);
            progress.on(ending);
            return ending.exitCode();
        }
    }

    private record Checked(String file, Checks.Result result) {}

    private Checked check(GivenFlags flags, ProgressListener progress) throws Exception {
        Path own = new OwnPlaces(flags, workingDirectory, BuildCommand.MOUNT_TABLE).directory();
        Path scratch = own.resolve("check-" + ProcessHandle.current().pid());
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context = ContextFromFlags.open(flags, scratch, own, registries.network())) {
            BuildRequest request = new RequestFromFlags(flags, workingDirectory).request(context.root());
            BuildFiles files = BuildFiles.read(request);
            return new Checked(
                    files.dockerfile().file().name(),
                    new DockerfileChecks(registries, progress).run(request, files, false));
        }
    }

    private static boolean json(GivenFlags flags) throws UsageException {
        String format = flags.valueOrDefault(CheckFlags.FORMAT);
        return switch (format) {
            case "json" -> true;
            case "text" -> false;
            default -> throw new UsageException("--format \"%s\": write text or json".formatted(format));
        };
    }

    private void print(Checked checked, boolean json) {
        List<Finding> findings = checked.result().findings();
        if (json) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            ArrayNode warnings = object.putArray("warnings");
            findings.forEach(finding -> warnings.addObject()
                    .put("rule", finding.rule().id())
                    .put("file", checked.file())
                    .put("line", finding.line())
                    .put("message", finding.message())
                    .put("url", finding.url()));
            streams.out().println(object);
            return;
        }
        for (Finding finding : findings) {
            streams.out()
                    .printf(
                            "%s:%d: %s: %s%n    %s%n",
                            checked.file(), finding.line(), finding.rule().id(), finding.message(), finding.url());
        }
        if (findings.isEmpty() && checked.result().refusal().isEmpty()) {
            streams.out().println(checked.file() + ": nothing to say");
        }
    }
}
