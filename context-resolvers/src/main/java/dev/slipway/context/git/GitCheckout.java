package dev.slipway.context.git;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.Connections;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.GitOptions;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.Retries;
import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Fetches a commit of a git repository and lays its files down: for git contexts, named contexts and {@code ADD}.
 *
 * <p>Exactly the commit comes along, without its history; submodules as {@link GitOptions#recurseSubmodules} or the URL
 * says; large files unless {@code GIT_LFS_SKIP_SMUDGE} is 1; {@code .git} only where it is asked for, and then without
 * any credential.
 */
public final class GitCheckout {

    private static final int DEEPEST_SUBMODULE = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Connections connections;
    private final GitOptions options;
    private final Map<String, String> environment;
    private final ArchiveLimits limits;
    private final Consumer<String> log;
    private final Retries retries;
    private final Duration timeout;

    private GitCheckout(
            Connections connections,
            GitOptions options,
            Map<String, String> environment,
            ArchiveLimits limits,
            Consumer<String> log,
            Retries retries,
            Duration timeout) {
        this.connections = connections;
        this.options = options;
        this.environment = Map.copyOf(environment);
        this.limits = limits;
        this.log = log;
        this.retries = retries;
        this.timeout = timeout;
    }

    /** One that works as a build's options say. */
    public static GitCheckout of(ContextOptions options) {
        return of(options, Retries.STANDARD, TIMEOUT);
    }

    /** @param timeout how long a server may say nothing, in whole seconds */
    static GitCheckout of(ContextOptions options, Retries retries, Duration timeout) {
        return new GitCheckout(
                new Connections(options.network()),
                options.git(),
                options.environment(),
                options.limits(),
                options.log(),
                retries,
                timeout);
    }

    /**
     * What was laid down.
     *
     * @param root the directory that the URL means: the given one, or the subdirectory in it
     * @param commit 40 hexadecimal digits
     * @param committed the commit's time
     * @param fileBytes of all files, those of submodules too
     */
    public record CheckedOut(Path root, String commit, Instant committed, long fileBytes) {}

    /**
     * Fetches into {@code directory}, which is made if it isn't there and must be empty.
     *
     * @param credentials {@link GitCredentials#ofUser} for what a flag names, {@link GitCredentials#ofDockerfile} for
     *     {@code ADD}
     * @throws ContextException if it can't be had; what was laid down stays for the caller to remove
     */
    public CheckedOut checkOut(GitSource source, GitCredentials credentials, Path directory)
            throws ContextException, InterruptedException {
        String what = "context \"%s\"".formatted(source);
        try {
            Path scratch = directory.resolveSibling(directory.getFileName() + ".git");
            try {
                return checkOut(source, directory, 0, new Shared(credentials, scratch, new Allowance(limits)));
            } finally {
                remove(scratch);
            }
        } catch (IOException | UncheckedIOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("cancelled").initCause(e);
            }
            throw new ContextException(
                    "%s: %s".formatted(what, GitSource.withoutLogin(String.valueOf(e.getMessage()))), e);
        }
    }

    /** What a repository and all its submodules have in common. */
    private record Shared(GitCredentials credentials, Path scratch, Allowance allowance) {}

    private CheckedOut checkOut(GitSource source, Path directory, int level, Shared shared)
            throws IOException, ContextException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("cancelled");
        }
        String what = "context \"%s\"".formatted(source);
        boolean kept = source.keepGitDirectory().orElse(options.keepGitDirectory());
        Files.createDirectories(directory);
        Path gitDirectory = kept ? directory.resolve(".git") : shared.scratch().resolve(Integer.toString(level));
        try (Repository repository =
                        RepositoryFiles.create(gitDirectory, shared.allowance().largestPackBytes());
                Directory destination = Directory.open(directory)) {
            GitFetch.Fetched fetched = fetch(source, repository, what, shared);
            RevCommit commit = commit(repository, fetched.commit(), source, what);
            TreeCheckout.Written written = new TreeCheckout(
                            repository, destination, what, shared.allowance(), source.commitTimes())
                    .write(commit, source.subdirectory());
            fetchLargeFiles(written, source, destination, what, shared);
            if (source.submodules().orElse(options.recurseSubmodules())) {
                Submodules modules = Submodules.of(repository, commit, source);
                for (TreeCheckout.Submodule module : written.submodules()) {
                    submodule(modules, module, source, directory, level, what, shared);
                }
            }
            if (kept) {
                KeptRepository.finish(repository, source, fetched, commit, directory);
            }
            return new CheckedOut(
                    root(source, directory, what),
                    commit.name(),
                    Instant.ofEpochSecond(commit.getCommitTime()),
                    shared.allowance().fileBytes());
        } finally {
            if (!kept) {
                remove(gitDirectory);
            }
        }
    }

    private GitFetch.Fetched fetch(GitSource source, Repository repository, String what, Shared shared)
            throws IOException, ContextException {
        for (int made = 1; ; made++) {
            try (GitFetch fetch = new GitFetch(
                    connections,
                    options,
                    new Logins(shared.credentials()),
                    new SshAccess(environment, shared.scratch()),
                    timeout,
                    what)) {
                return fetch.fetch(source, repository);
            } catch (ContextException e) {
                if (BoundedInserter.isTheCause(e)) {
                    throw shared.allowance().exceeded(what, e);
                }
                if (!(e.getCause() instanceof Delayed passing) || !retries.again(made, passing.askedFor())) {
                    throw e;
                }
                log.accept(e.getMessage() + "; trying again");
            }
        }
    }

    private static RevCommit commit(Repository repository, ObjectId id, GitSource source, String what)
            throws IOException, ContextException {
        try (RevWalk walk = new RevWalk(repository)) {
            RevCommit commit = walk.parseCommit(id); // peels a tag
            if (source.checksum().isPresent()
                    && !commit.name().startsWith(source.checksum().get())) {
                throw new ContextException("%s is the commit %s, not %s; is it still what was meant?"
                        .formatted(what, commit.name(), source.checksum().get()));
            }
            return commit;
        }
    }

    private void fetchLargeFiles(
            TreeCheckout.Written written, GitSource source, Directory destination, String what, Shared shared)
            throws IOException, ContextException {
        String skip = environment.getOrDefault("GIT_LFS_SKIP_SMUDGE", "");
        if (written.largeFiles().isEmpty() || skip.equals("1") || skip.equalsIgnoreCase("true")) {
            return;
        }
        for (TreeCheckout.LargeFile file : written.largeFiles()) {
            shared.allowance().takeFile(what, file.path(), file.pointer().sizeBytes());
        }
        log.accept("%s: fetching %d large files"
                .formatted(source, written.largeFiles().size()));
        new LargeFiles(connections, !options.insecureSkipTls(), shared.credentials(), retries, what)
                .fetch(written.largeFiles(), LargeFiles.server(source.url()), destination);
    }

    private void submodule(
            Submodules modules,
            TreeCheckout.Submodule module,
            GitSource parent,
            Path directory,
            int level,
            String what,
            Shared shared)
            throws IOException, ContextException, InterruptedException {
        if (level == DEEPEST_SUBMODULE) {
            throw new ContextException("%s: submodules lie more than %d deep, at \"%s\""
                    .formatted(what, DEEPEST_SUBMODULE, module.path()));
        }
        String path = utf8(module.path(), what);
        Optional<String> url = modules.url(path);
        if (url.isEmpty()) {
            throw new ContextException("%s: \"%s\" is a submodule, but .gitmodules does not say of which repository"
                    .formatted(what, path));
        }
        GitSource source = GitSource.submodule(url.get(), module.commit().name(), parent);
        log.accept(
                "%s: submodule %s at %s".formatted(parent, path, module.commit().name()));
        checkOut(source, directory.resolve(path), level + 1, shared);
    }

    private static String utf8(PathBytes path, String what) throws ContextException {
        String text = path.toUtf8();
        if (!PathBytes.of(text).equals(path)) {
            throw new ContextException("%s: the submodule's path \"%s\" is not UTF-8".formatted(what, path));
        }
        return text;
    }

    private static Path root(GitSource source, Path directory, String what) throws ContextException {
        if (source.subdirectory().isEmpty()) {
            return directory;
        }
        String name = source.subdirectory().get();
        Path root = directory.resolve(name).normalize();
        if (root.startsWith(directory) && isPlainDirectory(directory, root)) {
            return root;
        }
        throw new ContextException(
                Files.isSymbolicLink(root)
                        ? "%s: \"%s\" is a symbolic link; name the directory itself".formatted(what, name)
                        : Files.exists(root, LinkOption.NOFOLLOW_LINKS)
                                ? "%s: \"%s\" is a file, not a directory".formatted(what, name)
                                : "%s: no directory \"%s\" in the repository".formatted(what, name));
    }

    /** A link on the way could lead out of the repository. */
    private static boolean isPlainDirectory(Path from, Path to) {
        for (Path at = to; at != null && !at.equals(from); at = at.getParent()) {
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    static void remove(Path directory) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            try (Directory opened = Directory.open(directory)) {
                opened.removeContents();
            }
            Files.delete(directory);
        }
    }
}
