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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What bind mounts show: a directory of the context as it lies there where COPY would see the same, else a copy made for
 * the step; a stage's or an image's root.
 */
final class MountSources {
    private static final PathBytes COPY = PathBytes.of("copy");

    private final BuildSession session;
    private final Path temporary;
    private final Map<Place, Tree> copies = new HashMap<>();

    /** What is shown of what; trees are told apart as the objects that they are. */
    private record Place(FileTree tree, PathBytes path) {}

    /**
     * Where a mount's source is.
     *
     * @param root a directory of ours, or a root filesystem
     * @param path inside it
     * @param forgotten whether it was made for the step, which may write to it, and which then {@link #forget}s it
     */
    record Tree(Path root, PathBytes path, boolean forgotten) {}

    /** What a cache is filled with when it is new. */
    record Seed(CopySource source, PathBytes path) {}

    MountSources(BuildSession session, Path temporary) {
        this.session = session;
        this.temporary = temporary;
    }

    Tree ofContext(String path, boolean readOnly) throws CopyException, IOException {
        return ofDirectory(session.context(), session.request().context(), session.contextSource(), path, readOnly);
    }

    Tree of(Base base, String path, boolean readOnly, InstructionSource wantedBy)
            throws BuildException, CopyException, IOException, InterruptedException {
        if (base instanceof Base.OfRemote remote) {
            return of(session.remoteSources().context(remote, wantedBy), path, readOnly, wantedBy);
        }
        if (base instanceof Base.OfDirectory directory) {
            ContextTree tree = session.namedContext(directory);
            return ofDirectory(tree, directory.root(), session.source(base, wantedBy), path, readOnly);
        }
        if (session.isOneAtATime()) {
            CopySource source = session.source(base, wantedBy);
            return copied(source, existing(source.tree(), source, path), readOnly);
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

    /** Removes what was made for a step, when the step is done. */
    void forget(Tree tree) throws IOException {
        try (Directory room = Directory.open(temporary)) {
            room.removeTree(PathBytes.of(tree.root().getFileName().toString()));
        }
    }

    private Tree ofDirectory(ContextTree tree, Path root, CopySource source, String path, boolean readOnly)
            throws CopyException, IOException {
        PathBytes found = existing(tree, source, path);
        return tree.isUnchanged(found) ? new Tree(root, found, false) : copied(source, found, readOnly);
    }

    /** What nobody writes to is copied once for all steps. */
    private Tree copied(CopySource source, PathBytes found, boolean readOnly) throws CopyException, IOException {
        if (!readOnly) {
            return copied(source, found);
        }
        synchronized (copies) {
            Place place = new Place(source.tree(), found);
            Tree known = copies.get(place);
            if (known == null) {
                Tree made = copied(source, found);
                known = new Tree(made.root(), made.path(), false);
                copies.put(place, known);
            }
            return known;
        }
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
