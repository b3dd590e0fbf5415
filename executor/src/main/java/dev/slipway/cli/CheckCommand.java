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
import java.util.List;
import java.util.Optional;

/** Checks a Dockerfile without building it: findings on standard output, as {@code --format} says. */
final class CheckCommand implements Command {

    private final Surroundings here;

    CheckCommand(Surroundings here) {
        this.here = here;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        CheckFormat format = CheckFormat.of(flags.valueOrDefault(SourceFlags.FORMAT));
        return new Running(progress, here.clock()).answer(() -> {
            Checked checked = check(flags, progress);
            String text = format.write(checked);
            if (!text.isEmpty()) {
                here.out().println(text);
            }
            if (checked.refusal().isPresent()) {
                throw checked.refusal().get();
            }
            if (checked.failing()) {
                BuildEvent.BuildFailed ending = failing(checked);
                progress.on(ending);
                return ending.exitCode();
            }
            return 0;
        });
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
        Path own = new OwnPlaces(flags, here.directory(), BuildCommand.MOUNT_TABLE).directory();
        Path scratch = own.resolve("check-" + ProcessHandle.current().pid());
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                BuildContext context = ContextFromFlags.open(flags, scratch, own, registries.network(), progress)) {
            DockerfileSource dockerfile =
                    new DockerfileFromFlags(flags, registries.network(), StandardInput.ofProcess()).source();
            BuildRequest request = new RequestFromFlags(flags, here.directory(), dockerfile).request(context.root());
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
        return file.startsWith(here.directory()) && Files.exists(file)
                ? here.directory().relativize(file).toString()
                : name;
    }
}
