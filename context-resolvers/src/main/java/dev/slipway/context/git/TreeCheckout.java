package dev.slipway.context.git;

import dev.slipway.context.ContextException;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.CoreConfig.EolStreamType;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk.OperationType;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.util.io.EolStreamTypeUtil;

/**
 * Writes a commit's files. Not JGit's own checkout: names stay bytes, a tree that no honest git makes can't lead out of
 * the directory, and nothing is written twice.
 */
final class TreeCheckout {

    private static final int BUFFER_BYTES = 1 << 16;

    /** A whole blob below this size is read at once. */
    private static final int SMALL_BYTES = 1 << 20;

    /** A larger one streams out of the pack. Where it is a delta it is put together on the disk, which takes longer. */
    private static final int LARGEST_IN_MEMORY_BYTES = 8 << 20;

    private final Repository repository;
    private final Directory destination;
    private final String what;
    private final Allowance allowance;
    private final boolean commitTimes;
    private final List<Submodule> submodules = new ArrayList<>();
    private final List<LargeFile> largeFiles = new ArrayList<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long commitSeconds;

    TreeCheckout(Repository repository, Directory destination, String what, Allowance allowance, boolean commitTimes) {
        this.repository = repository;
        this.destination = destination;
        this.what = what;
        this.allowance = allowance;
        this.commitTimes = commitTimes;
    }

    /** Another repository's commit at a path of this one. */
    record Submodule(PathBytes path, ObjectId commit) {}

    /** A file whose content the repository only points to. */
    record LargeFile(PathBytes path, LargeFilePointer pointer, boolean executable) {}

    /** What was written, and what is left to fetch. */
    record Written(List<Submodule> submodules, List<LargeFile> largeFiles) {}

    /**
     * Writes the files of {@code commit}.
     *
     * @param subdirectory only what is below it, if given
     */
    Written write(RevCommit commit, Optional<String> subdirectory) throws IOException, ContextException {
        commitSeconds = commit.getCommitTime();
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = new TreeWalk(repository, reader)) {
            reader.setStreamFileThreshold(LARGEST_IN_MEMORY_BYTES);
            walk.setOperationType(OperationType.CHECKOUT_OP);
            walk.setAttributesNodeProvider(repository.createAttributesNodeProvider());
            walk.addTree(commit.getTree());
            subdirectory.ifPresent(path -> walk.setFilter(PathFilter.create(path)));
            while (walk.next()) {
                PathBytes path = path(walk);
                allowance.takeEntry(what, path);
                place(walk, path);
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                }
            }
        } catch (PosixException e) {
            if (e.is(Errno.EEXIST)) {
                throw new ContextException("%s holds a path twice: %s".formatted(what, e.getMessage()), e);
            }
            throw e;
        }
        return new Written(List.copyOf(submodules), List.copyOf(largeFiles));
    }

    private PathBytes path(TreeWalk walk) throws ContextException {
        CanonicalTreeParser tree = walk.getTree(0, CanonicalTreeParser.class);
        byte[] name = new byte[tree.getNameLength()];
        tree.getName(name, 0);
        PathBytes path = PathBytes.of(walk.getRawPath());
        String text = PathBytes.of(name).toString();
        boolean slash = false;
        for (byte each : name) {
            slash |= each == '/' || each == 0;
        }
        if (slash
                || name.length == 0
                || text.equals(".")
                || text.equals("..")
                || text.toLowerCase(Locale.ROOT).equals(Constants.DOT_GIT)) {
            throw new ContextException(
                    "%s: the tree entry \"%s\" has a name that git doesn't allow".formatted(what, path));
        }
        return path;
    }

    private void place(TreeWalk walk, PathBytes path) throws IOException, ContextException {
        int mode = walk.getRawMode(0);
        switch (mode & FileMode.TYPE_MASK) {
            case FileMode.TYPE_TREE -> destination.makeDirectory(path, 0755);
            case FileMode.TYPE_SYMLINK -> {
                destination.makeSymbolicLink(path, small(walk, path));
                if (commitTimes) {
                    destination.setModified(path, commitSeconds, 0);
                }
            }
            case FileMode.TYPE_GITLINK -> {
                destination.makeDirectory(path, 0755);
                submodules.add(new Submodule(path, walk.getObjectId(0)));
            }
            case FileMode.TYPE_FILE -> file(walk, path, (mode & 0100) != 0);
            default ->
                throw new ContextException(
                        "%s: the tree entry \"%s\" has the unknown mode %o".formatted(what, path, mode));
        }
    }

    private byte[] small(TreeWalk walk, PathBytes path) throws IOException, ContextException {
        ObjectLoader link = walk.getObjectReader().open(walk.getObjectId(0), Constants.OBJ_BLOB);
        if (link.getSize() > 4095) {
            throw new ContextException("%s: the link \"%s\" is longer than any path".formatted(what, path));
        }
        return link.getBytes();
    }

    private void file(TreeWalk walk, PathBytes path, boolean executable) throws IOException, ContextException {
        ObjectLoader blob = walk.getObjectReader().open(walk.getObjectId(0), Constants.OBJ_BLOB);
        if (blob.getSize() <= LargeFilePointer.LARGEST_BYTES
                && "lfs".equals(walk.getAttributes().getValue("filter"))) {
            Optional<LargeFilePointer> pointer = LargeFilePointer.parse(blob.getBytes());
            if (pointer.isPresent()) {
                largeFiles.add(new LargeFile(path, pointer.get(), executable));
            }
        }
        allowance.takeFile(what, path, blob.getSize());
        EolStreamType lines = walk.getEolStreamType(OperationType.CHECKOUT_OP);
        boolean asItIs = lines == null || lines == EolStreamType.DIRECT;
        try (OpenFile out = destination.createFile(path, 0600)) {
            if (asItIs && blob.getSize() <= SMALL_BYTES) {
                byte[] content = blob.getCachedBytes();
                out.write(content, 0, content.length);
            } else {
                try (InputStream stored = blob.openStream();
                        InputStream in = asItIs ? stored : EolStreamTypeUtil.wrapInputStream(stored, lines)) {
                    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                        out.write(buffer, 0, read);
                    }
                }
            }
            out.setPermissions(executable ? 0755 : 0644);
            if (commitTimes) {
                out.setModified(commitSeconds, 0);
            }
        }
    }
}
