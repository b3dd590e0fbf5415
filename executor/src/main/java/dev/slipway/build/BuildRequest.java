package dev.slipway.build;

import dev.slipway.build.ssh.AgentSource;
import dev.slipway.posix.PathBytes;
import dev.slipway.sandbox.ResourceLimit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything the command line says about what is built and how; where the result goes is said to {@code publish}.
 *
 * <p>Values are as the user wrote them: {@link BuildPlan} reads and checks them, so that one place words the errors.
 *
 * @param context the directory that COPY, ADD and bind mounts read
 * @param dockerfile {@code --dockerfile}
 * @param workingDirectory what relative paths of the flags are relative to
 * @param buildArguments {@code --build-arg}, in the order given
 * @param targets {@code --target}: stages' names in any case, or their numbers; the first becomes the image, the others
 *     are only built
 * @param proxies what Docker's config.json sets as build arguments, by name in capitals; {@code --build-arg} wins
 * @param platform {@code --custom-platform} or {@code --platform}; without it the platform that we run on
 * @param labels {@code --label}, added last
 * @param annotations of the image's manifest; only OCI manifests have any
 * @param environment the executor's own environment, for {@code SOURCE_DATE_EPOCH} and secrets (RUN sees none of it)
 * @param secrets {@code --secret}, by id
 * @param buildContexts {@code --build-context NAME=URI}
 * @param mostContextBytes {@code --context-max-size}: a further context that is larger is refused
 * @param format which family of media types the image is written in
 * @param layers how layers are made
 * @param commands what RUN gets from the command line
 * @param retries how often the fetching and unpacking of a base image is tried again
 * @param jobs how many stages may be built at a time
 */
public record BuildRequest(
        Path context,
        DockerfileSource dockerfile,
        Path workingDirectory,
        Map<String, String> buildArguments,
        List<String> targets,
        Map<String, String> proxies,
        Optional<String> platform,
        Map<String, String> labels,
        Map<String, String> annotations,
        Map<String, String> environment,
        List<SecretSource> secrets,
        Map<String, String> buildContexts,
        OptionalLong mostContextBytes,
        ImageFormat format,
        LayerOptions layers,
        CommandOptions commands,
        Retries retries,
        int jobs) {

    public BuildRequest {
        buildArguments = Collections.unmodifiableMap(new LinkedHashMap<>(buildArguments));
        targets = List.copyOf(targets);
        proxies = Map.copyOf(proxies);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        annotations = Map.copyOf(annotations);
        environment = Map.copyOf(environment);
        secrets = List.copyOf(secrets);
        buildContexts = Collections.unmodifiableMap(new LinkedHashMap<>(buildContexts));
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs is %d, not at least 1".formatted(jobs));
        }
    }

    /** {@code --image-format}: the base's family (OCI for scratch), or one that is asked for. */
    public enum ImageFormat {
        AS_BASE,
        DOCKER,
        OCI
    }

    /** {@code --compression}. */
    public enum Compression {
        GZIP,
        ZSTD
    }

    /** One {@code --secret}: where the bytes of an id come from. */
    public sealed interface SecretSource {
        String id();

        /** The contents of a file. */
        record OfFile(String id, Path file) implements SecretSource {}

        /** The value of a variable of the executor's environment. */
        record OfVariable(String id, String variable) implements SecretSource {}
    }

    /**
     * How layers are written.
     *
     * @param compressionLevel {@code --compression-level}; none means the algorithm's default
     * @param singleSnapshot {@code --single-snapshot}: one layer for all steps of the final stage
     * @param reproducible {@code --reproducible}: no time of this build shows in the image
     * @param rewriteTimestamps {@code --rewrite-timestamp}: newer file times become the epoch
     * @param ignoredPaths {@code --ignore-path}: never in a layer
     */
    public record LayerOptions(
            Compression compression,
            Optional<Integer> compressionLevel,
            boolean singleSnapshot,
            boolean reproducible,
            boolean rewriteTimestamps,
            List<PathBytes> ignoredPaths) {

        /** What holds where no flag says otherwise. */
        public static final LayerOptions DEFAULT =
                new LayerOptions(Compression.GZIP, Optional.empty(), false, false, false, List.of());

        public LayerOptions {
            ignoredPaths = List.copyOf(ignoredPaths);
        }
    }

    /**
     * What the command line adds to every RUN.
     *
     * @param network {@code --network}: default, none or host
     * @param hostname {@code --hostname}
     * @param addedHosts {@code --add-host}, name to address
     * @param limits {@code --ulimit}
     * @param sharedMemoryBytes {@code --shm-size}
     * @param insecureAllowed {@code --allow security.insecure}: RUN may ask for {@code --security=insecure}
     * @param agents {@code --ssh}
     */
    public record CommandOptions(
            Optional<String> network,
            Optional<String> hostname,
            Map<String, String> addedHosts,
            List<ResourceLimit> limits,
            OptionalLong sharedMemoryBytes,
            boolean insecureAllowed,
            List<AgentSource> agents) {
        /** What holds where no flag says otherwise. */
        public static final CommandOptions DEFAULT = new CommandOptions(
                Optional.empty(), Optional.empty(), Map.of(), List.of(), OptionalLong.empty(), false, List.of());

        public CommandOptions {
            addedHosts = Collections.unmodifiableMap(new LinkedHashMap<>(addedHosts));
            limits = List.copyOf(limits);
            agents = List.copyOf(agents);
        }
    }

    /** {@code --image-download-retry} and {@code --image-fs-extract-retry}. */
    public record Retries(int downloads, int extractions) {
        /** No further attempts beyond the registry client's own. */
        public static final Retries NONE = new Retries(0, 0);

        public Retries {
            if (downloads < 0 || extractions < 0) {
                throw new IllegalArgumentException("retries below 0");
            }
        }
    }

    /** The stage that becomes the image; none for the last. */
    public Optional<String> target() {
        return targets.stream().findFirst();
    }

    /** A request for {@code context} in which everything else is as without flags. */
    public static Builder of(Path context) {
        return new Builder(context);
    }

    /** Collects a request flag by flag. */
    public static final class Builder {
        private final Path context;
        private DockerfileSource dockerfile = new DockerfileSource.AtPath("Dockerfile");
        private Path workingDirectory = Path.of("").toAbsolutePath();
        private final Map<String, String> buildArguments = new LinkedHashMap<>();
        private final List<String> targets = new ArrayList<>();
        private Map<String, String> proxies = Map.of();
        private Optional<String> platform = Optional.empty();
        private final Map<String, String> labels = new LinkedHashMap<>();
        private Map<String, String> annotations = Map.of();
        private Map<String, String> environment = Map.of();
        private final List<SecretSource> secrets = new ArrayList<>();
        private final Map<String, String> buildContexts = new LinkedHashMap<>();
        private OptionalLong mostContextBytes = OptionalLong.empty();
        private ImageFormat format = ImageFormat.AS_BASE;
        private LayerOptions layers = LayerOptions.DEFAULT;
        private CommandOptions commands = CommandOptions.DEFAULT;
        private Retries retries = Retries.NONE;
        private int jobs = 1;

        private Builder(Path context) {
            this.context = context;
        }

        public Builder dockerfile(String path) {
            return dockerfile(new DockerfileSource.AtPath(path));
        }

        public Builder dockerfile(DockerfileSource value) {
            dockerfile = value;
            return this;
        }

        public Builder workingDirectory(Path value) {
            workingDirectory = value;
            return this;
        }

        public Builder buildArgument(String name, String value) {
            buildArguments.put(name, value);
            return this;
        }

        public Builder proxies(Map<String, String> value) {
            proxies = value;
            return this;
        }

        public Builder target(String value) {
            targets.add(value);
            return this;
        }

        public Builder platform(String value) {
            platform = Optional.of(value);
            return this;
        }

        public Builder label(String key, String value) {
            labels.put(key, value);
            return this;
        }

        public Builder annotations(Map<String, String> value) {
            annotations = value;
            return this;
        }

        public Builder environment(Map<String, String> value) {
            environment = value;
            return this;
        }

        public Builder secret(SecretSource value) {
            secrets.add(value);
            return this;
        }

        public Builder buildContext(String name, String uri) {
            buildContexts.put(name, uri);
            return this;
        }

        public Builder mostContextBytes(OptionalLong value) {
            mostContextBytes = value;
            return this;
        }

        public Builder format(ImageFormat value) {
            format = value;
            return this;
        }

        public Builder layers(LayerOptions value) {
            layers = value;
            return this;
        }

        public Builder commands(CommandOptions value) {
            commands = value;
            return this;
        }

        public Builder retries(Retries value) {
            retries = value;
            return this;
        }

        public Builder jobs(int value) {
            jobs = value;
            return this;
        }

        public BuildRequest build() {
            return new BuildRequest(
                    context,
                    dockerfile,
                    workingDirectory,
                    buildArguments,
                    targets,
                    proxies,
                    platform,
                    labels,
                    annotations,
                    environment,
                    secrets,
                    buildContexts,
                    mostContextBytes,
                    format,
                    layers,
                    commands,
                    retries,
                    jobs);
        }
    }
}
