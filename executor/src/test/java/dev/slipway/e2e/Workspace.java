package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.host.HostTraces;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.FixtureException;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** A context, a directory for the executor's own files, and the packaged executor to run on them. */
final class Workspace implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(100);

    private final TemporaryDirectory directory = TemporaryDirectory.create("e2e");

    Workspace() {
        try {
            Files.createDirectory(context());
        } catch (IOException e) {
            throw new FixtureException("can't make " + context(), e);
        }
    }

    /** The launcher of the distribution that {@code package} has made. */
    static Path launcher() {
        String home = Objects.requireNonNull(
                System.getProperty("slipway.home"),
                "slipway.home names no distribution: run these tests by mvn verify");
        return Path.of(home, "bin", "executor");
    }

    Path path() {
        return directory.path();
    }

    Path path(String name) {
        return directory.path().resolve(name);
    }

    Path context() {
        return path("context");
    }

    /** The executor's own directory, private to this workspace. */
    Path own() {
        return path("own");
    }

    Workspace dockerfile(String text) {
        return file("Dockerfile", text);
    }

    /** A file of the context. */
    Workspace file(String name, String content) {
        try {
            Path file = context().resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent(), name));
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new FixtureException("can't write " + name, e);
        }
    }

    /** Prepares the context, or whatever else, with a shell that starts in the workspace. */
    Workspace shell(String script) {
        Program.of("sh", "-euc", script).in(path()).runSuccessfully();
        return this;
    }

    /** What a shell that starts in the workspace prints, line by line. */
    List<String> lines(String script) {
        return Program.of("bash", "-euc", script)
                .in(path())
                .runSuccessfully()
                .out()
                .lines()
                .toList();
    }

    /** The diffIDs of the image that was saved to {@code archive}, a name in this workspace. */
    List<String> diffIds(String archive) {
        return shell("mkdir %1$s.d && tar -xf %1$s -C %1$s.d && jq -r '.[0].Config' %1$s.d/manifest.json > %1$s.name"
                        .formatted(archive))
                .lines("jq -r '.rootfs.diff_ids[]' %1$s.d/$(cat %1$s.name)".formatted(archive));
    }

    /** The executor with these arguments and a directory of its own. */
    Program executor(String... arguments) {
        return Program.of(launcher().toString(), "--slipway-dir", own().toString())
                .with(arguments)
                .within(LIMIT);
    }

    /** The executor on the context directory. */
    Program build(String... arguments) {
        return executor("--context", "dir://" + context()).with(arguments);
    }

    /** An unprivileged pod with the distribution, where this workspace has its own path. */
    Pod pod() {
        Path home = Objects.requireNonNull(
                Objects.requireNonNull(launcher().getParent()).getParent());
        return Pod.of(home).withMount(path(), path().toString());
    }

    /** The executor on the context directory under one kind of isolation: in a pod where that is {@code in-place}. */
    Program buildUnder(String isolation, String... arguments) {
        return isolation.equals("in-place")
                ? buildIn(pod(), arguments).with("--isolation", isolation)
                : build(arguments).with("--isolation", isolation);
    }

    /** The executor on the context directory in a pod. */
    Program buildIn(Pod pod, String... arguments) {
        return pod.executor("--slipway-dir", own().toString(), "--context", "dir://" + context())
                .with(arguments);
    }

    /** A build that must end with 0. */
    Completed builds(String... arguments) {
        Completed done = build(arguments).run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        return done;
    }

    /** A build that must end with {@code status} and a last line that holds {@code words}; nothing may stay of it. */
    Completed fails(int status, Program build, String... words) {
        Completed done = build.run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(status);
        assertThat(done.lastErrorLine()).as("%s", done).contains(words);
        assertThat(done.err()).as("no stack trace").doesNotContain("\tat ", "Exception");
        assertNothingIsLeft();
        return done;
    }

    /** Neither mounts nor processes nor a build's files are there. */
    void assertNothingIsLeft() {
        assertThat(HostTraces.mounts(path())).as("mounts").isEmpty();
        assertThat(HostTraces.processes(path().toString())).as("processes").isEmpty();
        assertThat(leftOfBuilds()).as("files of builds").isEmpty();
    }

    /** Files below the own directory that belong to a build, not to the content store. */
    List<String> leftOfBuilds() {
        return HostTraces.files(own().resolve("work/builds"));
    }

    @Override
    public void close() {
        directory.close();
    }
}
