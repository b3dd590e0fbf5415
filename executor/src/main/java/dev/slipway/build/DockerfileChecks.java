package dev.slipway.build;

import dev.slipway.dockerfile.CheckInputs;
import dev.slipway.dockerfile.Checks;
import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.PredefinedArguments;
import dev.slipway.image.ContainerConfig;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Runs the build checks for a request: what they ask about base images is asked of the registries. */
public final class DockerfileChecks {
    private final ImageLookup images;
    private final ProgressListener progress;

    public DockerfileChecks(RegistryClient registries, ProgressListener progress) {
        this((reference, platform) -> registries.resolve(reference, platform).config(), progress);
    }

    DockerfileChecks(ImageLookup images, ProgressListener progress) {
        this.images = images;
        this.progress = progress;
    }

    /** Where the configs of base images come from. */
    @FunctionalInterface
    interface ImageLookup {
        ImageConfig find(ImageReference reference, Platform platform) throws IOException;
    }

    /**
     * Checks a file.
     *
     * @param neededStagesOnly as in a build; {@code check} looks at all stages
     */
    public Checks.Result run(BuildRequest request, BuildFiles files, boolean neededStagesOnly)
            throws BuildException, DockerfileException {
        Platform host = Platform.host();
        Platform target = target(request, host);
        for (String wanted : request.targets()) {
            BuildPlanner.stage(files.dockerfile(), wanted);
        }
        return Checks.run(
                files.dockerfile(),
                new CheckInputs(
                        request.buildArguments(),
                        PredefinedArguments.of(host.toString(), target.toString(), stage(request, files.dockerfile())),
                        request.targets(),
                        neededStagesOnly,
                        files.ignore(),
                        new Surroundings(
                                target,
                                NamedContexts.of(request.buildContexts(), request.workingDirectory(), target))));
    }

    /** What stands around the file: images, platforms and named contexts. */
    private final class Surroundings implements CheckInputs.BaseImages {
        private final Platform target;
        private final NamedContexts contexts;

        Surroundings(Platform target, NamedContexts contexts) {
            this.target = target;
            this.contexts = contexts;
        }

        @Override
        public Optional<CheckInputs.BaseImage> find(String reference, Optional<String> platform) {
            return isContext(reference) ? Optional.empty() : DockerfileChecks.this.find(reference, platform, target);
        }

        @Override
        public Optional<String> platform(String word) {
            try {
                return Optional.of(Platform.parse(word, Platform.host()).toString());
            } catch (IllegalArgumentException none) {
                return Optional.empty();
            }
        }

        @Override
        public boolean isContext(String name) {
            return contexts.find(name).isPresent();
        }
    }

    private static Platform target(BuildRequest request, Platform host) throws BuildException {
        try {
            return request.platform().isEmpty()
                    ? host
                    : Platform.parse(request.platform().get(), host);
        } catch (IllegalArgumentException notAPlatform) {
            throw new BuildException(FailureClass.USAGE, "--platform: " + notAPlatform.getMessage(), notAPlatform);
        }
    }

    private static String stage(BuildRequest request, Dockerfile dockerfile) {
        return request.target().or(() -> dockerfile.stages().getLast().name()).orElse("default");
    }

    /** An image that can't be had switches off what depends on it: a check must work without the network. */
    private Optional<CheckInputs.BaseImage> find(String reference, Optional<String> platform, Platform target) {
        try {
            Platform wanted = platform.isPresent() ? Platform.parse(platform.get(), target) : target;
            ImageConfig config = images.find(ImageReference.parse(reference), wanted);
            ContainerConfig container = config.container();
            return Optional.of(new CheckInputs.BaseImage(
                    config.platform().toString(),
                    environment(container),
                    !container.shell().isEmpty(),
                    container.onBuild()));
        } catch (IOException | IllegalArgumentException unknown) {
            progress.debug(
                    "checks that need the image \"%s\" are left out: %s".formatted(reference, unknown.getMessage()));
            return Optional.empty();
        }
    }

    private static Map<String, String> environment(ContainerConfig container) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String entry : container.env()) {
            int equals = entry.indexOf('=');
            variables.put(
                    equals < 0 ? entry : entry.substring(0, equals), equals < 0 ? "" : entry.substring(equals + 1));
        }
        return variables;
    }
}
