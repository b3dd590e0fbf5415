package dev.slipway.build;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.context.ContextUri;
import dev.slipway.context.GitOptions;
import dev.slipway.context.git.GitCheckout;
import dev.slipway.context.git.GitCredentials;
import dev.slipway.context.git.GitSource;
import dev.slipway.dockerfile.AddInstruction;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.network.NetworkSettings;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Brings what lies elsewhere into directories of this build: the repositories that ADD names, and further contexts that
 * aren't directories (spec: ADD git, named contexts). Each context is fetched when something first needs it, and once.
 */
final class RemoteSources {
    private static final String HTTP_FILE = "context";

    private final Path temporary;
    private final ContextOptions options;
    private final ContextOptions contextOptions;
    private final Downloads downloads;
    private final boolean keepGitDirectory;
    private final ProgressListener progress;
    private final Map<String, Base.OfDirectory> contexts = new HashMap<>();

    RemoteSources(
            BuildRequest request,
            NetworkSettings network,
            Downloads downloads,
            Path temporary,
            ProgressListener progress) {
        this.temporary = temporary;
        this.downloads = downloads;
        this.progress = progress;
        this.keepGitDirectory =
                GitOptions.isTrue(request.buildArguments().getOrDefault(GitOptions.KEEP_GIT_DIRECTORY, ""));
        this.options = ContextOptions.in(temporary)
                .withEnvironment(request.environment())
                .withNetwork(network)
                .withLog(progress::info);
        this.contextOptions = options.withSizeLimit(request.mostContextBytes());
    }

    /** The files of the repository that an ADD names; its submodules come along, as with BuildKit. */
    Path repository(String url, AddInstruction add) throws BuildException, IOException, InterruptedException {
        try {
            GitSource source = GitSource.parse(url, options.environment());
            refuseContradiction("--checksum", add.checksum(), source.checksum(), add);
            refuseContradiction("--keep-git-dir", add.keepGitDir(), source.keepGitDirectory(), add);
            Optional<String> checksum = add.checksum().or(source::checksum);
            GitSource checked = new GitSource(
                    source.url(),
                    source.login(),
                    source.ref(),
                    source.commit(),
                    source.subdirectory(),
                    checksum,
                    add.keepGitDir().or(source::keepGitDirectory),
                    source.submodules(),
                    source.commitTimes());
            return checkOut(
                    checked,
                    GitCredentials.ofDockerfile(checked, options.environment()),
                    options.withGit(GitOptions.DEFAULT.withSubmodules(true)));
        } catch (ContextException e) {
            throw Locations.failure(FailureClass.CONTEXT, add.source(), "ADD: " + e.getMessage(), e);
        }
    }

    private static <T> void refuseContradiction(String flag, Optional<T> ofFlag, Optional<T> ofUrl, AddInstruction add)
            throws BuildException {
        if (ofFlag.isPresent() && ofUrl.isPresent() && !ofFlag.equals(ofUrl)) {
            throw Locations.dockerfile(
                    add.source(),
                    "ADD: %s says %s, and the URL's query %s; say it once".formatted(flag, ofFlag.get(), ofUrl.get()));
        }
    }

    /** The directory of a named context. */
    synchronized Base.OfDirectory context(Base.OfRemote remote, InstructionSource wantedBy)
            throws BuildException, IOException, InterruptedException {
        Base.OfDirectory known = contexts.get(remote.name());
        if (known == null) {
            known = fetch(remote, wantedBy);
            contexts.put(remote.name(), known);
        }
        return known;
    }

    private Base.OfDirectory fetch(Base.OfRemote remote, InstructionSource wantedBy)
            throws BuildException, IOException, InterruptedException {
        try {
            ContextUri uri = ContextUri.parse(remote.uri());
            if (!uri.scheme().equals("dir") && GitSource.isGit(remote.uri())) {
                GitSource source = GitSource.parse(remote.uri(), options.environment());
                Path files = checkOut(
                        source,
                        GitCredentials.ofUser(source, options.environment()),
                        contextOptions.withGit(
                                GitOptions.DEFAULT.withSubmodules(true).withGitDirectory(keepGitDirectory)));
                return new Base.OfDirectory(remote.name(), files, false);
            }
            if (uri.scheme().equals("http") || uri.scheme().equals("https")) {
                return new Base.OfDirectory(remote.name(), download(remote.uri(), wantedBy), false);
            }
            Path scratch = Files.createTempDirectory(temporary, "context").resolve("files");
            // The build's temporary directory goes as a whole, and this with it.
            BuildContext context = ContextResolvers.installed()
                    .resolve(remote.uri(), Optional.empty(), contextOptions.withScratch(scratch));
            return new Base.OfDirectory(remote.name(), context.root(), true);
        } catch (ContextException e) {
            throw failure(remote, wantedBy, e);
        }
    }

    /** What is wrong with a further context, said of the flag that gave it and of the line that wants it. */
    static BuildException failure(Base.OfRemote remote, InstructionSource wantedBy, ContextException e) {
        return Locations.failure(
                FailureClass.CONTEXT, wantedBy, "--build-context %s: %s".formatted(remote.name(), e.getMessage()), e);
    }

    private Path checkOut(GitSource source, GitCredentials credentials, ContextOptions how)
            throws ContextException, IOException, InterruptedException {
        Path directory = Files.createTempDirectory(temporary, "git").resolve("files");
        GitCheckout.CheckedOut found = GitCheckout.of(how).checkOut(source, credentials, directory);
        progress.info("%s at %s".formatted(source, found.commit()));
        return found.root();
    }

    /** BuildKit shows a URL that names no repository as a directory with one file. */
    private Path download(String url, InstructionSource wantedBy) throws BuildException, ContextException, IOException {
        Download download = downloads.fetch(url, Optional.empty(), wantedBy);
        long bytes = Files.size(download.file());
        if (bytes > contextOptions.sizeLimitBytes().orElse(Long.MAX_VALUE)) {
            throw new ContextException("\"%s\" is larger than --context-max-size, %d bytes: it has %d"
                    .formatted(
                            ContextUri.parse(url),
                            contextOptions.sizeLimitBytes().getAsLong(),
                            bytes));
        }
        Path directory = Files.createTempDirectory(temporary, "http");
        Path file = directory.resolve(HTTP_FILE);
        Files.copy(download.file(), file, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setLastModifiedTime(file, FileTime.from(download.modified().orElse(Instant.EPOCH)));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }
}
