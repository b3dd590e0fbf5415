package dev.slipway.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How containers of an image are run: what Dockerfile's metadata instructions set (OCI image-spec, "Image
 * Configuration", config, and Docker's additions to it).
 *
 * <p>Empty texts and lists are fields that aren't there: the formats don't tell them apart.
 *
 * @param exposedPorts as {@code 80/tcp}
 * @param env {@code NAME=value}, in the order in which the names were first set
 */
public record ContainerConfig(
        String user,
        SortedSet<String> exposedPorts,
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        SortedSet<String> volumes,
        String workingDir,
        SortedMap<String, String> labels,
        String stopSignal,
        boolean argsEscaped,
        Optional<HealthCheck> healthcheck,
        List<String> onBuild,
        List<String> shell) {

    /** Nothing set. */
    public static final ContainerConfig EMPTY = new ContainerConfig(
            "",
            Collections.emptySortedSet(),
            List.of(),
            List.of(),
            List.of(),
            Collections.emptySortedSet(),
            "",
            Collections.emptySortedMap(),
            "",
            false,
            Optional.empty(),
            List.of(),
            List.of());

    public ContainerConfig {
        exposedPorts = Collections.unmodifiableSortedSet(new TreeSet<>(exposedPorts));
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        volumes = Collections.unmodifiableSortedSet(new TreeSet<>(volumes));
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        onBuild = List.copyOf(onBuild);
        shell = List.copyOf(shell);
    }

    /** The value of a variable; the last one counts where a foreign image has a name twice. */
    public Optional<String> variable(String name) {
        return env.stream()
                .filter(entry -> entry.startsWith(name + "="))
                .reduce((first, last) -> last)
                .map(entry -> entry.substring(name.length() + 1));
    }

    /** A builder that starts from these values. */
    public Builder change() {
        return new Builder(this);
    }

    /** Collects a config field by field. */
    public static final class Builder {
        private String user;
        private final SortedSet<String> exposedPorts;
        private List<String> env;
        private List<String> entrypoint;
        private List<String> cmd;
        private final SortedSet<String> volumes;
        private String workingDir;
        private final SortedMap<String, String> labels;
        private String stopSignal;
        private final boolean argsEscaped;
        private Optional<HealthCheck> healthcheck;
        private List<String> onBuild;
        private List<String> shell;

        private Builder(ContainerConfig from) {
            user = from.user;
            exposedPorts = new TreeSet<>(from.exposedPorts);
            env = from.env;
            entrypoint = from.entrypoint;
            cmd = from.cmd;
            volumes = new TreeSet<>(from.volumes);
            workingDir = from.workingDir;
            labels = new TreeMap<>(from.labels);
            stopSignal = from.stopSignal;
            argsEscaped = from.argsEscaped;
            healthcheck = from.healthcheck;
            onBuild = from.onBuild;
            shell = from.shell;
        }

        public Builder user(String value) {
            user = value;
            return this;
        }

        public Builder exposePorts(Collection<String> ports) {
            exposedPorts.addAll(ports);
            return this;
        }

        /** Sets a variable: in its old place where it was set before, else at the end. */
        public Builder variable(String name, String value) {
            List<String> changed = new ArrayList<>(env);
            String entry = name + "=" + value;
            for (int i = 0; i < changed.size(); i++) {
                if (changed.get(i).startsWith(name + "=")) {
                    changed.set(i, entry);
                    env = changed;
                    return this;
                }
            }
            changed.add(entry);
            env = changed;
            return this;
        }

        public Builder env(List<String> value) {
            env = value;
            return this;
        }

        public Builder entrypoint(List<String> value) {
            entrypoint = value;
            return this;
        }

        public Builder cmd(List<String> value) {
            cmd = value;
            return this;
        }

        public Builder addVolumes(Collection<String> paths) {
            volumes.addAll(paths);
            return this;
        }

        public Builder workingDir(String value) {
            workingDir = value;
            return this;
        }

        public Builder labels(Map<String, String> added) {
            labels.putAll(added);
            return this;
        }

        public Builder stopSignal(String value) {
            stopSignal = value;
            return this;
        }

        public Builder healthcheck(HealthCheck value) {
            healthcheck = Optional.of(value);
            return this;
        }

        public Builder onBuild(List<String> value) {
            onBuild = value;
            return this;
        }

        public Builder shell(List<String> value) {
            shell = value;
            return this;
        }

        public ContainerConfig build() {
            return new ContainerConfig(
                    user,
                    exposedPorts,
                    env,
                    entrypoint,
                    cmd,
                    volumes,
                    workingDir,
                    labels,
                    stopSignal,
                    argsEscaped,
                    healthcheck,
                    onBuild,
                    shell);
        }
    }
}
