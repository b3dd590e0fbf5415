package dev.slipway.build;

import dev.slipway.build.copy.ContextTree;
import dev.slipway.build.copy.Copier;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.build.copy.CopySource;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.DirectoryTree;
import dev.slipway.rootfs.FileTree;
import dev.slipway.rootfs.Rootfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What bind mounts show: a directory of the context as it lies there where COPY would see the same, else a copy made for
 * the step; a stage's or an image's root.
 */
final class MountSources {
    private static final PathBytes COPY = PathBytes.of("copy");

    private final BuildSession session;
    private final Path temporary;

    /**
     * Where a mount's source is.
     *
     * @param root a directory of ours, or a root filesystem
     * @param path inside it
     * @param forgotten whether nobody looks at it any more after the step
     */
    record Tree(Path root, PathBytes path, boolean forgotten) {}

    /** What a cache is filled with when it is new. */
    record Seed(CopySource source, PathBytes path) {}

    MountSources(BuildSession session, Path temporary) {
        this.session = session;
        this.temporary = temporary;
    }

    Tree ofContext(String path) throws CopyException, IOException {
        return ofDirectory(session.context(), session.request().context(), session.contextSource(), path);
    }

    Tree of(Base base, String path, InstructionSource wantedBy)
            throws BuildException, CopyException, IOException, InterruptedException {
        if (base instanceof Base.OfRemote remote) {
            return of(session.remoteSources().context(remote, wantedBy), path, wantedBy);
        }
        if (base instanceof Base.OfDirectory directory) {
            ContextTree tree = session.namedContext(directory);
            return ofDirectory(tree, directory.root(), session.source(base, wantedBy), path);
        }
        if (session.isOneAtATime()) {
            CopySource source = session.source(base, wantedBy);
            return copied(source, existing(source.tree(), source, path));
        }
        Rootfs root = session.mountable(base, wantedBy);
        PathBytes found = existing(root.tree(), session.source(base, wantedBy), path);
        return new Tree(root.directory(), found, false);
    }

    /** What a cache's {@code from} and {@code source} name. */
    Seed seed(Base base, String path, InstructionSource wantedBy)
            throws BuildException, CopyException, IOException, InterruptedException {
        CopySource source = session.source(base, wantedBy);
        return new Seed(source, existing(source.tree(), source, path));
    }

    private Tree ofDirectory(ContextTree tree, Path root, CopySource source, String path)
            throws CopyException, IOException {
        PathBytes found = existing(tree, source, path);
        return tree.isUnchanged(found) ? new Tree(root, found, false) : copied(source, found);
    }

    private Tree copied(CopySource source, PathBytes found) throws CopyException, IOException {
        Path copy = Files.createTempDirectory(temporary, "bind");
        try (Directory directory = Directory.open(copy)) {
            CopyRules rules = new CopyRules(Optional.empty(), Optional.empty(), session.creationTime());
            Copier copier = new Copier(DirectoryTree.of(directory), "/" + COPY, rules, false, DockerIgnore.none());
            copier.copyFile(source, found, false);
            copier.finish();
        }
        return new Tree(copy, COPY, true);
    }

    private static PathBytes existing(FileTree tree, CopySource source, String path) throws CopyException, IOException {
        PathBytes named = TreePaths.clean(path);
        PathBytes found = TreePaths.resolve(tree, named);
        Optional<FileStatus> status = tree.status(found);
        if (status.isEmpty()) {
            throw source.missing(named);
        }
        return found;
    }
}
