package dev.slipway.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The credentials of this executor's files and environment, all of them merged: Docker's config files, the Kubernetes
 * secrets that look like them, {@code DOCKER_AUTH_CONFIG}, and GitLab's and kaniko's variables.
 *
 * <p>Files are read once, when this is made, as an in-place build replaces the filesystem that they are in. The most
 * specific entry comes first; among equals the order of the files counts, then the environment, then the stores for all
 * registries.
 */
public final class ConfiguredCredentials implements CredentialSource {
    private static final Duration HELPER_LIMIT = Duration.ofSeconds(30);

    /**
     * For a cloud's library to find out who we are, and for the answers of its token services. A metadata server that
     * isn't there costs no more than {@link MetadataServer#LIMIT} of it.
     */
    private static final Duration VENDOR_LIMIT = Duration.ofSeconds(15);

    /** kaniko's image has these helpers; ours has what they do built in. */
    private static final Set<String> BUILT_IN =
            Set.of("ecr-login", "gcr", "gcloud", "acr-env", "acr", "acr-login", "gitlabci");

    /** What {@code --credential-helpers} may name. */
    public static final Set<String> HELPERS =
            Collections.unmodifiableSet(new LinkedHashSet<>(List.of("env", "google", "ecr", "acr", "gitlab")));

    private static final List<Path> OWN_DIRECTORIES = List.of(Path.of("/slipway"), Path.of("/kaniko"));
    private static final List<String> FILE_NAMES = List.of("config.json", ".dockerconfigjson");

    private final List<DockerConfig> configs;
    private final Map<String, String> environment;
    private final CredentialHelper helper;
    private final RegistryListener listener;
    private final Set<String> enabled;
    private final List<VendorCredentials> vendors;
    private final Map<String, Optional<Credential.Found>> answered = new ConcurrentHashMap<>();
    private final Map<String, Optional<Credential>> asked = new ConcurrentHashMap<>();

    private ConfiguredCredentials(
            List<DockerConfig> configs,
            Map<String, String> environment,
            CredentialHelper helper,
            RegistryListener listener,
            Set<String> enabled,
            List<VendorCredentials> vendors) {
        this.enabled = Set.copyOf(enabled);
        this.vendors = List.copyOf(vendors);
        this.configs = configs;
        this.environment = environment;
        this.helper = helper;
        this.listener = listener;
    }

    /** Reads what {@code environment} leads to, and the usual places. */
    public static ConfiguredCredentials load(Map<String, String> environment, RegistryListener listener)
            throws IOException {
        return load(environment, listener, OWN_DIRECTORIES, HELPER_LIMIT);
    }

    /** The files that {@link #load(Map, RegistryListener)} reads, as far as they are there. */
    public static Set<Path> files(Map<String, String> environment) {
        return files(environment, OWN_DIRECTORIES);
    }

    static ConfiguredCredentials load(
            Map<String, String> environment, RegistryListener listener, List<Path> ownDirectories, Duration helperLimit)
            throws IOException {
        List<DockerConfig> configs = new ArrayList<>();
        for (Path file : files(environment, ownDirectories)) {
            try {
                configs.add(DockerConfig.parse(Files.readAllBytes(file), file.toString()));
            } catch (AccessDeniedException e) {
                listener.warn("the credentials in \"%s\" can't be read by this user".formatted(file));
            }
        }
        Optional<String> inline = text(environment, "DOCKER_AUTH_CONFIG");
        if (inline.isPresent()) {
            configs.add(DockerConfig.parse(inline.get().getBytes(StandardCharsets.UTF_8), "DOCKER_AUTH_CONFIG"));
        }
        return new ConfiguredCredentials(
                List.copyOf(configs),
                Map.copyOf(environment),
                new CredentialHelper(environment, helperLimit),
                listener,
                HELPERS,
                List.of());
    }

    /**
     * The same with those built-in sources only that {@code --credential-helpers} names; files and variables of Docker's
     * always count.
     *
     * @param names of {@link #HELPERS}
     * @param clouds all vendors there are; those that aren't named are left out
     */
    public ConfiguredCredentials with(Set<String> names, List<VendorCredentials> clouds) {
        return new ConfiguredCredentials(
                configs,
                environment,
                helper,
                listener,
                names,
                clouds.stream().filter(vendor -> names.contains(vendor.name())).toList());
    }

    /** {@code proxies.default} of the first config file that has some, as the variables that it stands for. */
    public Map<String, String> proxies() {
        return configs.stream()
                .map(DockerConfig::proxies)
                .filter(variables -> !variables.isEmpty())
                .findFirst()
                .orElse(Map.of());
    }

    private static Set<Path> files(Map<String, String> environment, List<Path> ownDirectories) {
        List<Path> directories = new ArrayList<>();
        text(environment, "DOCKER_CONFIG").ifPresent(directory -> directories.add(Path.of(directory)));
        ownDirectories.forEach(directory -> directories.add(directory.resolve(".docker")));
        text(environment, "HOME").ifPresent(home -> directories.add(Path.of(home, ".docker")));
        Set<Path> files = new LinkedHashSet<>();
        for (Path directory : directories) {
            FILE_NAMES.stream()
                    .map(directory::resolve)
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .ifPresent(files::add);
        }
        text(environment, "REGISTRY_AUTH_FILE")
                .map(Path::of)
                .filter(Files::isRegularFile)
                .ifPresent(files::add);
        text(environment, "XDG_RUNTIME_DIR")
                .map(directory -> Path.of(directory, "containers", "auth.json"))
                .filter(Files::isRegularFile)
                .ifPresent(files::add);
        return files;
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** A credential with how well it fits: a path's depth, 0 for the registry as a whole, less for stores for all. */
    private record Fitting(int depth, Credential.Found found) {}

    @Override
    public List<Credential.Found> find(String registry, String repository) {
        List<Fitting> fitting = new ArrayList<>();
        for (DockerConfig config : configs) {
            config.entriesFor(registry, repository)
                    .forEach(entry -> fitting.add(new Fitting(
                            entry.getKey().depth(),
                            new Credential.Found(
                                    entry.getValue().credential(),
                                    "%s (auths \"%s\")"
                                            .formatted(
                                                    config.origin(),
                                                    entry.getValue().written())))));
            config.helperFor(registry)
                    .flatMap(name -> ask(name, registry, config.origin() + " (credHelpers, docker-credential-%s)"))
                    .ifPresent(found -> fitting.add(new Fitting(0, found)));
        }
        fromVariables(registry).forEach(found -> fitting.add(new Fitting(0, found)));
        for (DockerConfig config : configs) {
            config.credsStore()
                    .flatMap(name -> ask(name, registry, config.origin() + " (credsStore, docker-credential-%s)"))
                    .ifPresent(found -> fitting.add(new Fitting(-1, found)));
        }
        vendors.stream()
                .filter(vendor -> vendor.serves(registry))
                .flatMap(vendor -> ask(vendor, registry).stream())
                .forEach(found -> fitting.add(new Fitting(-2, found)));
        fitting.sort(Comparator.comparingInt(Fitting::depth).reversed());
        // What was refused once isn't tried again because it stands in two places.
        Map<Credential, Credential.Found> different = new LinkedHashMap<>();
        fitting.forEach(fit -> different.putIfAbsent(fit.found().credential(), fit.found()));
        return List.copyOf(different.values());
    }

    @Override
    public void forget(String registry) {
        answered.remove(registry);
        asked.keySet().removeIf(key -> key.endsWith(" " + registry));
    }

    private Optional<Credential.Found> ask(VendorCredentials vendor, String registry) {
        return answered.computeIfAbsent(registry, key -> {
            try {
                return new BoundedVendor(VENDOR_LIMIT).ask(vendor, registry);
            } catch (IOException e) {
                // A public image can be had without; where it can't, the registry's refusal follows this line.
                listener.warn("no credential for %s: %s".formatted(registry, e.getMessage()));
                return Optional.empty();
            }
        });
    }

    private Optional<Credential.Found> ask(String name, String registry, String origin) {
        if (BUILT_IN.contains(name) && !helper.isInstalled(name)) {
            listener.debug("docker-credential-%s is built in; it is not asked as a program".formatted(name));
            return Optional.empty();
        }
        return asked.computeIfAbsent(name + " " + registry, key -> {
                    try {
                        return helper.get(name, registry);
                    } catch (IOException e) {
                        // One helper's failure must not shadow the others: the next credential is tried.
                        listener.warn("no credential for %s: %s".formatted(registry, e.getMessage()));
                        return Optional.empty();
                    }
                })
                .map(credential -> new Credential.Found(credential, origin.formatted(name)));
    }

    private List<Credential.Found> fromVariables(String registry) {
        List<Credential.Found> found = new ArrayList<>();
        if (enabled.contains("env")) {
            fromKaniko(registry).ifPresent(found::add);
        }
        if (!enabled.contains("gitlab")) {
            return found;
        }
        for (Variables names : Variables.OF_GITLAB) {
            boolean meant = text(environment, names.host())
                    .map(host -> withoutUsualPort(DockerConfig.Key.parse(host).registry())
                            .equals(withoutUsualPort(registry)))
                    .orElse(false);
            if (meant) {
                pair(names.user(), names.password()).ifPresent(found::add);
                text(environment, "CI_JOB_TOKEN")
                        .map(token -> new Credential.Found(
                                new Credential.Password("gitlab-ci-token", new Secret(token)), "CI_JOB_TOKEN"))
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    /** GitLab writes the port out, and images' names may or may not. */
    private static String withoutUsualPort(String registry) {
        return registry.replaceFirst(":443$", "");
    }

    /** The variables of a GitLab job that hold a registry, a user and a password. */
    private record Variables(String host, String user, String password) {
        static final List<Variables> OF_GITLAB = List.of(
                new Variables("CI_REGISTRY", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"),
                new Variables(
                        "CI_DEPENDENCY_PROXY_SERVER", "CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD"));
    }

    /** {@code KANIKO_REGISTRY_EXAMPLE_COM_USER}, or with fewer leading labels. */
    private Optional<Credential.Found> fromKaniko(String registry) {
        String host = registry.replaceFirst(":[0-9]+$", "");
        // A last label alone would serve half the world.
        List<String> names = new ArrayList<>(List.of(registry, host));
        for (int dot = host.indexOf('.');
                dot >= 0 && host.indexOf('.', dot + 1) >= 0;
                dot = host.indexOf('.', dot + 1)) {
            names.add(host.substring(dot + 1));
        }
        return names.stream()
                .map(name -> "KANIKO_" + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .flatMap(prefix -> pair(prefix + "_USER", prefix + "_PASSWORD").stream())
                .findFirst();
    }

    private Optional<Credential.Found> pair(String user, String password) {
        return text(environment, user)
                .flatMap(name -> text(environment, password)
                        .map(secret -> new Credential.Found(
                                new Credential.Password(name, new Secret(secret)), user + " and " + password)));
    }
}
