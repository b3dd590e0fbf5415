package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.build.BuildRequest.SecretSource;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.build.ssh.Agents;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Mount.Ownership;
import dev.slipway.dockerfile.RunInstruction;
import dev.slipway.image.Digest;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.sandbox.Mount;
import dev.slipway.sandbox.Mount.Writes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code RUN --mount} brings into a step: trees, caches, memory, secrets (spec: mounts). Closing it gives caches
 * back and forgets copies that were made for the step.
 */
final class RunMounts implements AutoCloseable {
    private static final int SECRET_MODE = 0400;
    private static final int SOCKET_MODE = 0600;
    private static final String AGENT_VARIABLE = "SSH_AUTH_SOCK";
    private static final String CACHE_NAMESPACE = "BUILDKIT_CACHE_MOUNT_NS";
    private static final String AGENT_SOCKET = "/run/buildkit/ssh_agent.";

    private final RunInstruction run;
    private final PlannedInstruction planned;
    private final StageState state;
    private final List<Mount> mounts = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<dev.slipway.dockerfile.Mount.Cache, CacheMounts.Lease> leases = new LinkedHashMap<>();
    private final List<Optional<Agents.Socket>> sockets = new ArrayList<>();
    private final List<MountSources.Tree> copies = new ArrayList<>();

    private RunMounts(RunInstruction run, PlannedInstruction planned, StageState state) {
        this.run = run;
        this.planned = planned;
        this.state = state;
    }

    static RunMounts of(RunInstruction run, PlannedInstruction planned, StageState state)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        RunMounts mounts = new RunMounts(run, planned, state);
        try {
            List<dev.slipway.dockerfile.Mount> wanted = run.mounts(state.expander());
            mounts.leaseCaches(wanted);
            for (dev.slipway.dockerfile.Mount mount : wanted) {
                mounts.add(mount);
            }
            return mounts;
        } catch (BuildException
                | DockerfileException
                | CopyException
                | IOException
                | InterruptedException
                | RuntimeException e) {
            try (mounts) { // its failure is not lost
                throw e;
            }
        }
    }

    /** In the order to be mounted: what is inside another comes after it, in whichever order they are written. */
    List<Mount> mounts() {
        return mounts.stream()
                .sorted(Comparator.comparingInt(
                        mount -> mount.target().components().size()))
                .toList();
    }

    /** Variables that secrets and agents set. */
    Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    @Override
    public void close() throws IOException {
        List<Closeable> held = new ArrayList<>();
        new LinkedHashSet<>(leases.values()).forEach(lease -> held.add(lease::close));
        sockets.forEach(socket -> socket.ifPresent(open -> held.add(open::close)));
        copies.forEach(copy -> held.add(() -> state.session().mountSources().forget(copy)));
        leases.clear();
        copies.clear();
        sockets.clear();
        List<IOException> failures = new ArrayList<>();
        for (Closeable each : held) {
            try {
                each.close();
            } catch (IOException e) { // the others are given back all the same
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IOException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    private void add(dev.slipway.dockerfile.Mount mount)
            throws BuildException, CopyException, IOException, InterruptedException {
        switch (mount) {
            case dev.slipway.dockerfile.Mount.Bind bind -> addBind(bind);
            case dev.slipway.dockerfile.Mount.Cache cache -> addCache(cache);
            case dev.slipway.dockerfile.Mount.Tmpfs tmpfs ->
                mounts.add(new Mount.Tmpfs(
                        target(tmpfs.target()),
                        tmpfs.sizeBytes() == 0 ? OptionalLong.empty() : OptionalLong.of(tmpfs.sizeBytes()),
                        tmpfs.readOnly()));
            case dev.slipway.dockerfile.Mount.Secret secret -> addSecret(secret);
            case dev.slipway.dockerfile.Mount.Ssh ssh -> addAgent(ssh);
        }
    }

    private void addBind(dev.slipway.dockerfile.Mount.Bind bind)
            throws BuildException, CopyException, IOException, InterruptedException {
        MountSources.Tree tree = tree(bind);
        if (tree.forgotten()) {
            copies.add(tree);
        }
        Writes writes = bind.readOnly() ? Writes.REFUSED : tree.forgotten() ? Writes.KEPT : Writes.DISCARDED;
        mounts.add(new Mount.Bind(target(bind.target()), tree.root(), tree.path(), writes));
    }

    private MountSources.Tree tree(dev.slipway.dockerfile.Mount.Bind bind)
            throws BuildException, CopyException, IOException, InterruptedException {
        MountSources mountSources = state.session().mountSources();
        return bind.from().isEmpty()
                ? mountSources.ofContext(bind.sourcePath(), bind.readOnly())
                : mountSources.of(planned.source(bind.from().get()), bind.sourcePath(), bind.readOnly(), run.source());
    }

    private void addCache(dev.slipway.dockerfile.Mount.Cache cache) {
        CacheMounts.Lease lease = Objects.requireNonNull(leases.get(cache), "the cache was not leased");
        String below = cache.from().isEmpty() ? cache.sourcePath() : "";
        mounts.add(new Mount.Bind(
                target(cache.target()),
                lease.directory(),
                TreePaths.clean(below),
                cache.readOnly() ? Writes.REFUSED : Writes.KEPT));
    }

    /**
     * Takes a step's caches. Every step takes them in the same order, whatever its own is: two that wait for each
     * other's would never end. A cache that a step mounts twice is one directory, and a lock of its own for each would
     * wait for itself.
     */
    private void leaseCaches(List<dev.slipway.dockerfile.Mount> wanted)
            throws BuildException, CopyException, IOException, InterruptedException {
        SortedMap<String, List<WantedCache>> ordered = new TreeMap<>();
        for (dev.slipway.dockerfile.Mount mount : wanted) {
            if (mount instanceof dev.slipway.dockerfile.Mount.Cache cache) {
                WantedCache each = wanted(cache);
                ordered.computeIfAbsent(each.identity().hex(), hex -> new ArrayList<>())
                        .add(each);
            }
        }
        for (List<WantedCache> same : ordered.values()) {
            WantedCache first = same.getFirst();
            CacheMounts.Lease lease = state.session()
                    .caches()
                    .acquire(
                            first.identity(),
                            first.cache().sharing(),
                            first.cache().ownership(),
                            first.seed());
            same.forEach(each -> leases.put(each.cache(), lease));
        }
    }

    /** A cache that a step mounts, and what tells it from others. */
    private record WantedCache(
            dev.slipway.dockerfile.Mount.Cache cache, Optional<MountSources.Seed> seed, Digest identity) {}

    private WantedCache wanted(dev.slipway.dockerfile.Mount.Cache cache)
            throws BuildException, CopyException, IOException, InterruptedException {
        Optional<MountSources.Seed> seed = cache.from().isEmpty()
                ? Optional.empty()
                : Optional.of(state.session()
                        .mountSources()
                        .seed(planned.source(cache.from().get()), cache.sourcePath(), run.source()));
        return new WantedCache(cache, seed, CacheMounts.identity(inNamespace(cache.id()), cache.ownership(), seed));
    }

    /** BuildKit's own way to keep the caches of projects apart that share a store. */
    private String inNamespace(String id) {
        String namespace = state.session().plan().globals().given().getOrDefault(CACHE_NAMESPACE, "");
        return namespace.isEmpty() ? id : namespace + "/" + id;
    }

    private void addSecret(dev.slipway.dockerfile.Mount.Secret secret) throws BuildException, IOException {
        Optional<byte[]> value = value(secret.id());
        if (value.isEmpty() && secret.required()) {
            throw Locations.failure(
                    FailureClass.USAGE,
                    run.source(),
                    "RUN needs the secret \"%s\", which was not given; give it with --secret id=%s,src=FILE"
                            .formatted(secret.id(), secret.id()));
        }
        if (secret.environmentVariable().isPresent()) {
            variables.put(
                    secret.environmentVariable().get(),
                    value.map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                            .orElse(""));
        }
        if (value.isPresent() && secret.target().isPresent()) {
            Ownership owner = secret.ownership();
            mounts.add(new Mount.Content(
                    target(secret.target()),
                    value.get(),
                    owner.mode().orElse(SECRET_MODE),
                    (int) owner.uid().orElse(0),
                    (int) owner.gid().orElse(0)));
        }
    }

    private Optional<byte[]> value(String id) throws BuildException, IOException {
        for (SecretSource source : state.session().request().secrets()) {
            if (source.id().equals(id)) {
                return switch (source) {
                    case SecretSource.OfFile file -> Optional.of(read(file));
                    case SecretSource.OfVariable variable -> Optional.of(read(variable));
                };
            }
        }
        return Optional.empty();
    }

    private byte[] read(SecretSource.OfFile source) throws BuildException {
        try {
            return Files.readAllBytes(source.file());
        } catch (IOException e) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--secret id=%s: \"%s\" can't be read: %s".formatted(source.id(), source.file(), e.getMessage()),
                    e);
        }
    }

    private byte[] read(SecretSource.OfVariable source) throws BuildException {
        String value = state.session().request().environment().get(source.variable());
        if (value == null) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--secret id=%s: the variable %s is not set".formatted(source.id(), source.variable()));
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** Without an agent an optional mount sets the variable, unless the stage did, and brings no socket. */
    private void addAgent(dev.slipway.dockerfile.Mount.Ssh ssh) throws BuildException, IOException {
        Agents agents = state.session().agents();
        boolean given = agents.has(ssh.id());
        if (ssh.required() && !given) {
            throw Locations.failure(
                    FailureClass.USAGE,
                    run.source(),
                    "RUN needs the ssh agent \"%s\", which was not given; give it with --ssh %s, or a key with --ssh %s=FILE"
                            .formatted(ssh.id(), ssh.id(), ssh.id()));
        }
        PathBytes target = TreePaths.clean(
                ssh.target().isPresent() ? state.absolute(ssh.target().get()) : AGENT_SOCKET + sockets.size());
        if (given) {
            Ownership owner = ssh.ownership();
            Agents.Socket socket = agents.open(
                    ssh.id(),
                    (int) owner.uid().orElse(0),
                    (int) owner.gid().orElse(0),
                    owner.mode().orElse(SOCKET_MODE));
            sockets.add(Optional.of(socket));
            mounts.add(Mount.ofHost(target, socket.path(), Writes.KEPT));
        } else {
            sockets.add(Optional.empty());
        }
        if (!state.scope().variables().containsKey(AGENT_VARIABLE)) {
            variables.putIfAbsent(AGENT_VARIABLE, "/" + target.toUtf8());
        }
    }

    private PathBytes target(Optional<String> target) {
        return TreePaths.clean(state.absolute(target.orElseThrow()));
    }
}
