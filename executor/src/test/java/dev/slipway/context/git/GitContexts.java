package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.context.GitOptions;
import dev.slipway.context.Retries;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A build that takes contexts from git: its directory, its environment and its flags. */
final class GitContexts implements AutoCloseable {
    private final TemporaryDirectory directory = TemporaryDirectory.create("git-context");
    private final List<String> log = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private Map<String, String> environment = Map.of("GIT_PULL_METHOD", "http");
    private GitOptions git = GitOptions.DEFAULT;
    private ArchiveLimits limits = ArchiveLimits.DEFAULT;

    /** Room for what a test makes. */
    Path room() {
        return directory.path();
    }

    Path scratch() {
        return directory.path().resolve("build/context");
    }

    List<String> log() {
        return log;
    }

    void environment(Map<String, String> value) {
        environment = value;
    }

    void git(String flag) {
        git = GitOptions.parse(flag);
    }

    void limit(long bytes) {
        limits = limits.withLargestBytes(bytes);
    }

    void limitEntries(long entries) {
        limits = limits.withMostEntries(entries);
    }

    /** The pauses that were made, without waiting. */
    List<Duration> pauses() {
        return pauses;
    }

    static GitSource source(String url) {
        try {
            return GitSource.parse(url, Map.of());
        } catch (ContextException e) {
            throw new AssertionError(e);
        }
    }

    /** Lays a repository down in {@link #scratch}, giving up after so many attempts. */
    GitCheckout.CheckedOut checkOut(String url, int attempts) throws ContextException, InterruptedException {
        return checkOut(url, attempts, Duration.ofSeconds(60));
    }

    /** The same of a server that may be silent for so long only. */
    GitCheckout.CheckedOut checkOut(String url, int attempts, Duration timeout)
            throws ContextException, InterruptedException {
        GitSource source = source(url);
        return GitCheckout.of(options(), new Retries(attempts, pauses::add), timeout)
                .checkOut(source, GitCredentials.ofUser(source, Map.of()), scratch());
    }

    /** Makes room for another checkout. */
    void clear() throws IOException {
        GitCheckout.remove(scratch());
    }

    ContextOptions options() {
        return ContextOptions.in(scratch())
                .withEnvironment(environment)
                .withGit(git)
                .withLimits(limits)
                .withLog(log::add);
    }

    BuildContext resolve(String uri) throws ContextException, InterruptedException {
        return ContextResolvers.installed().resolve(uri, Optional.empty(), options());
    }

    void assertNothingIsLeft() {
        assertThat(scratch()).doesNotExist();
        assertThat(scratch().resolveSibling("context.git")).doesNotExist();
    }

    @Override
    public void close() {
        directory.close();
    }
}
