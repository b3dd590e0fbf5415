package dev.slipway.cli;

import dev.slipway.build.BuildRequest;
import dev.slipway.build.DockerfileSource;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.build.ssh.AgentSource;
import dev.slipway.image.Platform;
import dev.slipway.posix.PathBytes;
import dev.slipway.publish.Annotations;
import dev.slipway.sandbox.ResourceLimit;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What the flags say about the build itself, in the build's own words. */
final class RequestFromFlags {
    private static final String AGENT_VARIABLE = "SSH_AUTH_SOCK";
    private static final PathBytes VAR_RUN = PathBytes.of("var/run");

    private final GivenFlags flags;
    private final Path workingDirectory;
    private final DockerfileSource dockerfile;
    private final Map<String, String> sourceLabels;
    private final Map<String, String> proxies;

    /** For a Dockerfile that is a file. */
    RequestFromFlags(GivenFlags flags, Path workingDirectory) {
        this(flags, workingDirectory, new DockerfileSource.AtPath(flags.valueOrDefault(SourceFlags.DOCKERFILE)));
    }

    /** For a Dockerfile from anywhere that is only looked at. */
    RequestFromFlags(GivenFlags flags, Path workingDirectory, DockerfileSource dockerfile) {
        this(flags, workingDirectory, dockerfile, Map.of(), Map.of());
    }

    /**
     * For a Dockerfile from anywhere that is built.
     *
     * @param sourceLabels what the image says of its source, unless {@code --label} says otherwise
     * @param proxies those of Docker's config.json, which commands use unless {@code --build-arg} says otherwise
     */
    RequestFromFlags(
            GivenFlags flags,
            Path workingDirectory,
            DockerfileSource dockerfile,
            Map<String, String> sourceLabels,
            Map<String, String> proxies) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
        this.dockerfile = dockerfile;
        this.sourceLabels = Map.copyOf(sourceLabels);
        this.proxies = Map.copyOf(proxies);
    }

    /** One request for each platform, which differ in nothing else. */
    List<BuildRequest> requests(Path context) throws UsageException {
        List<BuildRequest> requests = new ArrayList<>();
        List<String> platforms = platforms();
        if (platforms.isEmpty()) {
            return List.of(request(context, Optional.empty()));
        }
        for (String platform : platforms) {
            requests.add(request(context, Optional.of(platform)));
        }
        return requests;
    }

    /** For what looks at the Dockerfile only: the first platform will do. */
    BuildRequest request(Path context) throws UsageException {
        return request(context, platforms().stream().findFirst());
    }

    private BuildRequest request(Path context, Optional<String> platform) throws UsageException {
        BuildRequest.Builder request = BuildRequest.of(context)
                .dockerfile(dockerfile)
                .workingDirectory(workingDirectory)
                .environment(flags.environment())
                .proxies(proxies)
                .format(format())
                .layers(layers())
                .commands(commands())
                .retries(new BuildRequest.Retries(
                        flags.number(RegistryFlags.IMAGE_DOWNLOAD_RETRY, 0),
                        flags.number(RegistryFlags.IMAGE_FS_EXTRACT_RETRY, 0)))
                .mostContextBytes(ContextFromFlags.sizeLimit(flags))
                .jobs(flags.number(RunFlags.JOBS, 1));
        buildArguments().forEach(request::buildArgument);
        Map<String, String> labels = new LinkedHashMap<>(sourceLabels);
        labels.putAll(pairs(ImageFlags.LABEL));
        labels.forEach(request::label);
        pairs(SourceFlags.BUILD_CONTEXT).forEach(request::buildContext);
        secrets().forEach(request::secret);
        targets().forEach(request::target);
        platform.ifPresent(request::platform);
        request.annotations(annotations().ofManifest(parsed(platform)));
        return request.build();
    }

    private BuildRequest.ImageFormat format() throws UsageException {
        String text = flags.valueOrDefault(ImageFlags.IMAGE_FORMAT).toLowerCase(Locale.ROOT);
        return switch (text) {
            case "" -> BuildRequest.ImageFormat.AS_BASE;
            case "docker" -> BuildRequest.ImageFormat.DOCKER;
            case "oci" -> BuildRequest.ImageFormat.OCI;
            default -> throw new UsageException("--image-format \"%s\": write docker or oci".formatted(text));
        };
    }

    private BuildRequest.LayerOptions layers() throws UsageException {
        String compression = flags.valueOrDefault(ImageFlags.COMPRESSION).toLowerCase(Locale.ROOT);
        int level = flags.number(ImageFlags.COMPRESSION_LEVEL, -1);
        return new BuildRequest.LayerOptions(
                switch (compression) {
                    case "gzip" -> BuildRequest.Compression.GZIP;
                    case "zstd" -> BuildRequest.Compression.ZSTD;
                    default ->
                        throw new UsageException("--compression \"%s\": write gzip or zstd".formatted(compression));
                },
                level < 0 ? Optional.empty() : Optional.of(level),
                flags.on(ImageFlags.SINGLE_SNAPSHOT),
                flags.on(ImageFlags.REPRODUCIBLE),
                flags.on(ImageFlags.REWRITE_TIMESTAMP),
                ignoredPaths());
    }

    private List<PathBytes> ignoredPaths() throws UsageException {
        List<PathBytes> ignored = new ArrayList<>();
        for (String text : flags.values(ImageFlags.IGNORE_PATH)) {
            PathBytes path = TreePaths.clean(text);
            if (path.isEmpty()) {
                throw new UsageException("%s \"%s\": name what is below the root, whose layers would be empty otherwise"
                        .formatted(ImageFlags.IGNORE_PATH, text));
            }
            ignored.add(path);
        }
        // By default only what is mounted there stays out, as anywhere else: images have a link of that name to /run.
        if (flags.value(ImageFlags.IGNORE_VAR_RUN).isPresent() && flags.on(ImageFlags.IGNORE_VAR_RUN)) {
            ignored.add(VAR_RUN);
        }
        return ignored;
    }

    private BuildRequest.CommandOptions commands() throws UsageException {
        Map<String, String> hosts = new LinkedHashMap<>();
        for (String entry : flags.values(RunFlags.ADD_HOST)) {
            // The address of a host may hold colons of its own: the first one or an equals sign parts them.
            int end = entry.contains("=") ? entry.indexOf('=') : entry.indexOf(':');
            if (end < 1 || end == entry.length() - 1) {
                throw new UsageException("--add-host \"%s\": write NAME:ADDRESS".formatted(entry));
            }
            hosts.put(entry.substring(0, end), entry.substring(end + 1));
        }
        Optional<String> network = flags.value(RunFlags.NETWORK);
        if (network.isPresent() && !List.of("default", "none", "host").contains(network.get())) {
            throw new UsageException("--network \"%s\": write default, none or host".formatted(network.get()));
        }
        Optional<String> sharedMemory = flags.value(RunFlags.SHM_SIZE);
        return new BuildRequest.CommandOptions(
                network,
                flags.value(RunFlags.HOSTNAME),
                hosts,
                limits(),
                sharedMemory.isPresent()
                        ? OptionalLong.of(ByteCount.parse(RunFlags.SHM_SIZE, sharedMemory.get()))
                        : OptionalLong.empty(),
                insecureAllowed(),
                agents());
    }

    private List<ResourceLimit> limits() throws UsageException {
        Map<ResourceLimit.Resource, ResourceLimit> limits = new LinkedHashMap<>();
        for (String text : flags.values(RunFlags.ULIMIT)) {
            try {
                ResourceLimit limit = ResourceLimit.parse(text);
                limits.put(limit.resource(), limit);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--ulimit \"%s\": %s".formatted(text, e.getMessage()));
            }
        }
        return List.copyOf(limits.values());
    }

    private boolean insecureAllowed() throws UsageException {
        boolean insecure = false;
        for (String text : flags.values(RunFlags.ALLOW)) {
            switch (text) {
                case "security.insecure" -> insecure = true;
                case "network.host" -> {} // needs no leave: the pod's network is all there is
                default ->
                    throw new UsageException(
                            "--allow \"%s\": there is only security.insecure to allow".formatted(text));
            }
        }
        return insecure;
    }

    /** {@code default} is the agent of whoever started us; a path is an agent's socket or a key. */
    private List<AgentSource> agents() throws UsageException {
        Map<String, AgentSource> agents = new LinkedHashMap<>();
        for (String text : flags.values(SourceFlags.SSH)) {
            int equals = text.indexOf('=');
            String id = equals < 0 ? text : text.substring(0, equals);
            List<Path> paths = new ArrayList<>();
            if (equals >= 0) {
                for (String path : text.substring(equals + 1).split(",")) {
                    if (!path.isEmpty()) {
                        paths.add(workingDirectory.resolve(path));
                    }
                }
            } else {
                Optional.ofNullable(flags.environment().get(AGENT_VARIABLE))
                        .filter(socket -> !socket.isEmpty())
                        .ifPresent(socket -> paths.add(workingDirectory.resolve(socket)));
            }
            if (id.isEmpty() || paths.isEmpty()) {
                throw new UsageException(
                        equals < 0
                                ? "--ssh \"%s\": no agent is there, %s is not set; name a socket or a key: --ssh %s=PATH"
                                        .formatted(text, AGENT_VARIABLE, id)
                                : "--ssh \"%s\": write %s".formatted(text, SourceFlags.SSH.placeholder()));
            }
            if (agents.put(id, new AgentSource(id, paths)) != null) {
                throw new UsageException("--ssh id \"%s\" is given twice".formatted(id));
            }
        }
        return List.copyOf(agents.values());
    }

    /** Those of the file first, so that {@code --build-arg} wins. */
    Map<String, String> buildArguments() throws UsageException {
        Map<String, String> arguments = new LinkedHashMap<>();
        Optional<String> file = flags.value(SourceFlags.BUILD_ARG_FILE);
        if (file.isPresent()) {
            for (String line : lines(file.get())) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    argument(arguments, line);
                }
            }
        }
        for (String text : flags.values(SourceFlags.BUILD_ARG)) {
            argument(arguments, text);
        }
        return arguments;
    }

    private void argument(Map<String, String> arguments, String text) throws UsageException {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (name.isEmpty()) {
            throw new UsageException(
                    "--build-arg \"%s\": write NAME=VALUE, or NAME for the environment's value".formatted(text));
        }
        if (equals >= 0) {
            arguments.put(name, text.substring(equals + 1));
        } else if (flags.environment().containsKey(name)) {
            arguments.put(name, flags.environment().get(name));
        }
    }

    private List<String> lines(String file) throws UsageException {
        try {
            return Files.readAllLines(workingDirectory.resolve(file));
        } catch (CharacterCodingException notText) {
            throw new UsageException("--build-arg-file \"%s\" is not UTF-8".formatted(file));
        } catch (IOException unreadable) {
            throw new UsageException(
                    "--build-arg-file \"%s\" can't be read: %s".formatted(file, Failures.reason(unreadable)));
        }
    }

    private Map<String, String> pairs(Flag flag) throws UsageException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : flags.values(flag)) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new UsageException("%s \"%s\": write %s".formatted(flag, text, flag.placeholder()));
            }
            pairs.put(text.substring(0, equals), text.substring(equals + 1));
        }
        return pairs;
    }

    /** {@code --annotation}, which manifests, indexes and descriptors share. */
    Annotations annotations() throws UsageException {
        try {
            return Annotations.parse(flags.values(ImageFlags.ANNOTATION));
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
    }

    private static Platform parsed(Optional<String> platform) throws UsageException {
        try {
            return platform.map(text -> Platform.parse(text, Platform.host())).orElseGet(Platform::host);
        } catch (IllegalArgumentException refused) {
            throw new UsageException("--platform: " + refused.getMessage());
        }
    }

    /** Those of both flags, whether repeated or parted by commas, each once. */
    private List<String> platforms() throws UsageException {
        List<String> given = new ArrayList<>(flags.values(SourceFlags.PLATFORMS));
        flags.value(SourceFlags.PLATFORM).ifPresent(given::add);
        Map<String, String> distinct = new LinkedHashMap<>();
        for (String list : given) {
            for (String platform : list.split(",")) {
                if (!platform.isBlank()) {
                    Platform parsed = parsed(Optional.of(platform.strip()));
                    distinct.putIfAbsent(parsed + parsed.osVersion().orElse(""), platform.strip());
                }
            }
        }
        return List.copyOf(distinct.values());
    }

    /** Whether repeated or parted by commas, each once. */
    private Set<String> targets() {
        Set<String> targets = new LinkedHashSet<>();
        for (String list : flags.values(SourceFlags.TARGET)) {
            for (String target : list.split(",")) {
                if (!target.isBlank()) {
                    targets.add(target.strip());
                }
            }
        }
        return targets;
    }

    /** As buildx: with neither a file nor a variable, the variable of that name if it is set, else the file. */
    List<BuildRequest.SecretSource> secrets() throws UsageException {
        List<BuildRequest.SecretSource> secrets = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String text : flags.values(SourceFlags.SECRET)) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String field : text.split(",")) {
                int equals = field.indexOf('=');
                if (equals < 1) {
                    throw new UsageException(
                            "--secret \"%s\": write %s".formatted(text, SourceFlags.SECRET.placeholder()));
                }
                fields.put(field.substring(0, equals).toLowerCase(Locale.ROOT), field.substring(equals + 1));
            }
            BuildRequest.SecretSource secret = secret(text, fields);
            if (!seen.add(secret.id())) {
                throw new UsageException("--secret id \"%s\" is given twice".formatted(secret.id()));
            }
            secrets.add(secret);
        }
        return secrets;
    }

    private BuildRequest.SecretSource secret(String text, Map<String, String> fields) throws UsageException {
        String id = Optional.ofNullable(fields.remove("id")).orElse("");
        Optional<String> type = Optional.ofNullable(fields.remove("type"));
        Optional<String> source = Optional.ofNullable(fields.remove("src"));
        Optional<String> file = source.or(() -> Optional.ofNullable(fields.remove("source")));
        Optional<String> variable = Optional.ofNullable(fields.remove("env"));
        boolean knownType =
                type.isEmpty() || type.get().equals("file") || type.get().equals("env");
        if (id.isEmpty() || !fields.isEmpty() || !knownType || (file.isPresent() && variable.isPresent())) {
            throw new UsageException("--secret \"%s\": write %s".formatted(text, SourceFlags.SECRET.placeholder()));
        }
        boolean ofVariable = variable.isPresent()
                || type.filter("env"::equals).isPresent()
                || (file.isEmpty() && type.isEmpty() && flags.environment().containsKey(id));
        if (ofVariable) {
            return new BuildRequest.SecretSource.OfVariable(
                    id, variable.or(() -> file).orElse(id));
        }
        return new BuildRequest.SecretSource.OfFile(id, workingDirectory.resolve(file.orElse(id)));
    }
}
