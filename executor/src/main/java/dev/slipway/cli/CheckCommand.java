package dev.slipway.cli;

import dev.slipway.build.BuildFiles;
import dev.slipway.build.BuildRequest;
import dev.slipway.build.DockerfileChecks;
import dev.slipway.build.DockerfileSource;
import dev.slipway.context.BuildContext;
import dev.slipway.context.StandardInput;
import dev.slipway.dockerfile.Checks;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.SourceFile;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks a Dockerfile without building it: findings on standard output, as {@code --format} says. */
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
        CheckFormat format = CheckFormat.of(flags.valueOrDefault(SourceFlags.FORMAT));
        try {
            Checked checked = check(flags, progress);
            String text = format.write(checked);
            if (!text.isEmpty()) {
                streams.out().println(text);
            }
            if (checked.refusal().isPresent()) {
                throw checked.refusal().get();
            }
            return checked.failing() ? ended(progress, failing(checked)) : 0;
        } catch (UsageException refused) {
            throw refused;
        } catch (Throwable failure) {
            return ended(progress, Failures.ending(failure));
        }
    }

    private static int ended(ProgressListener progress, BuildEvent.BuildFailed ending) {
        progress.on(ending);
        return ending.exitCode();
    }

    private static BuildEvent.BuildFailed failing(Checked checked) {
        int count = checked.findings().size();
        return new BuildEvent.BuildFailed(
                FailureClass.BUILD,
                FailureClass.BUILD.exitCode(),
                "%s: %d %s, and error=true makes them errors"
                        .formatted(checked.file().name(), count, count == 1 ? "finding" : "findings"));
    }

    private Checked check(GivenFlags flags, ProgressListener progress) throws Exception {
        Path own = new OwnPlaces(flags, workingDirectory, BuildCommand.MOUNT_TABLE).directory();
        Path scratch = own.resolve("check-" + ProcessHandle.current().pid());
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context = ContextFromFlags.open(flags, scratch, own, registries.network(), progress)) {
            DockerfileSource dockerfile =
                    new DockerfileFromFlags(flags, registries.network(), StandardInput.ofProcess()).source();
            BuildRequest request =
                    new RequestFromFlags(flags, workingDirectory, dockerfile, Map.of()).request(context.root());
            try {
                BuildFiles files = BuildFiles.read(request);
                Checks.Result result = new DockerfileChecks(registries, progress).run(request, files, false);
                SourceFile file = files.dockerfile().file();
                return new Checked(
                        file, path(context.root(), file.name()), result.findings(), result.refusal(), result.failing());
            } catch (DockerfileException invalid) {
                return new Checked(
                        new SourceFile(invalid.file(), List.of()),
                        path(context.root(), invalid.file()),
                        List.of(),
                        Optional.of(invalid),
                        false);
            }
        }
    }

    /** Viewers look from the repository's root, which is where CI starts us, and the context may be below it. */
    private String path(Path context, String name) {
        Path file = context.resolve(name);
        return file.startsWith(workingDirectory) && Files.exists(file)
                ? workingDirectory.relativize(file).toString()
                : name;
    }
}
