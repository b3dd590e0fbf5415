package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.Attributes;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies one source of a COPY, file or directory, to its destination (spec: COPY/ADD).
 *
 * <p>A directory pours out its contents; a file goes into a directory that is there, and else takes the destination's
 * name. The destination's directory keeps its mode and owner where it exists; directories below take the source's.
 * Links inside a directory stay links, and hard links among the copied files stay hard links.
 */
final class TreeCopy {
    private final CopySource origin;
    private final FileTree source;
    private final Target target;
    private final CopyRules rules;
    private final Selection selection;
    private final Map<Inode, PathBytes> linked = new HashMap<>();

    private record Inode(long device, long number) {}

    /**
     * A directory being copied.
     *
     * @param top whether it is the source itself
     */
    private static final class Level {
        private final PathBytes from;
        private final PathBytes to;
        private final boolean top;
        private boolean made;

        Level(PathBytes from, PathBytes to, boolean top) {
            this.from = from;
            this.to = to;
            this.top = top;
        }
    }

    TreeCopy(CopySource from, Target target, CopyRules rules, Selection selection) {
        this.origin = from;
        this.source = from.tree();
        this.target = target;
        this.rules = rules;
        this.selection = selection;
    }

    /**
     * Copies {@code named}, which may be a link, to {@code destination}, a path of the Dockerfile made absolute.
     *
     * @throws CopyException where the source isn't there, or the destination is of another kind
     */
    void copy(PathBytes named, String destination) throws IOException, CopyException {
        PathBytes clean = TreePaths.clean(destination);
        PathBytes directory = TreePaths.namesDirectory(destination) ? clean : clean.parent();
        target.makeDirectories(TreePaths.resolve(target.tree(), directory), rules);
        PathBytes resolved = TreePaths.resolve(target.tree(), clean);
        PathBytes from = TreePaths.resolve(source, named);
        Optional<FileStatus> status = source.status(from);
        if (status.isEmpty()) {
            throw origin.missing(named);
        }
        boolean fromDirectory = status.get().type() == FileType.DIRECTORY;
        Optional<FileStatus> there = target.tree().status(resolved);
        if (!fromDirectory) {
            PathBytes to = TreePaths.isDirectory(there) ? resolved.resolve(named.name()) : resolved;
            target.makeDirectories(to.parent(), rules);
            copyEntry(List.of(), from, to, status.get(), PathBytes.EMPTY);
            return;
        }
        boolean made = there.isEmpty();
        target.makeDirectories(made ? resolved : resolved.parent(), rules);
        copyEntry(List.of(), from, resolved, status.get(), PathBytes.EMPTY);
        if (made) {
            target.setTime(resolved, status.get());
        }
    }

    private void copyEntry(List<Level> parents, PathBytes from, PathBytes to, FileStatus status, PathBytes relative)
            throws IOException, CopyException {
        boolean taken = relative.isEmpty() || selection.takes(relative);
        if (taken) {
            makeParents(parents);
        }
        if (status.type() == FileType.DIRECTORY) {
            copyDirectory(parents, from, to, status, relative, taken);
        } else if (taken) {
            copyFile(from, to, status);
        }
    }

    private void copyDirectory(
            List<Level> parents, PathBytes from, PathBytes to, FileStatus status, PathBytes relative, boolean taken)
            throws IOException, CopyException {
        boolean top = relative.isEmpty();
        Level level = new Level(from, to, top);
        boolean created = false;
        if (taken) {
            created = enter(level, status);
            level.made = true;
        }
        List<Level> chain = append(parents, level);
        for (PathBytes name : source.list(from).stream().sorted().toList()) {
            PathBytes child = from.resolve(name);
            Optional<FileStatus> childStatus = source.status(child);
            if (childStatus.isPresent()) {
                copyEntry(chain, child, to.resolve(name), childStatus.get(), relative.resolve(name));
            }
        }
        if (taken && (created || !top)) {
            target.finishDirectory(to, attributes(from, status));
        }
    }

    /** Directories that weren't taken themselves, but hold something that is. */
    private void makeParents(List<Level> parents) throws IOException, CopyException {
        for (Level level : parents) {
            if (level.made) {
                continue;
            }
            FileStatus status = source.status(level.from).orElseThrow();
            if (enter(level, status)) {
                target.finishDirectory(level.to, attributes(level.from, status));
            } else if (!level.top) {
                target.setPermissions(level.to, status.permissions());
            }
            level.made = true;
        }
    }

    /** Whether the directory had to be made. */
    private boolean enter(Level level, FileStatus status) throws IOException, CopyException {
        Optional<FileStatus> there = target.tree().status(level.to);
        if (there.isEmpty()) {
            target.makeDirectory(level.to, attributes(level.from, status));
            return true;
        }
        if (there.get().type() != FileType.DIRECTORY) {
            throw new CopyException(
                    FailureClass.BUILD,
                    "can't copy the directory \"/%s\" onto \"/%s\", which is a %s; remove it first, or name another destination"
                            .formatted(level.from, level.to, word(there.get().type())));
        }
        return false;
    }

    private void copyFile(PathBytes from, PathBytes to, FileStatus status) throws IOException, CopyException {
        target.clear(to, from);
        Attributes attributes = attributes(from, status);
        switch (status.type()) {
            case REGULAR -> {
                PathBytes first =
                        status.links() > 1 ? linked.putIfAbsent(new Inode(status.device(), status.inode()), to) : null;
                if (first == null || first.equals(to)) {
                    target.copyFile(to, attributes, source, from);
                } else {
                    target.hardLink(to, first);
                }
            }
            case SYMLINK -> target.symlink(to, attributes, source.readLink(from));
            case SOCKET -> target.writeEmptyFile(to, attributes);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                target.makeNode(to, attributes, status.type(), status.rdevMajor(), status.rdevMinor());
            case DIRECTORY -> throw new IllegalStateException("a directory isn't copied as a file");
        }
    }

    private Attributes attributes(PathBytes from, FileStatus status) throws IOException {
        Owner owner = rules.owner().orElse(new Owner(status.uid(), status.gid()));
        boolean directory = status.type() == FileType.DIRECTORY;
        int permissions = status.type() == FileType.SYMLINK
                ? status.permissions()
                : rules.mode()
                        .map(mode -> mode.apply(status.permissions(), directory))
                        .orElse(status.permissions());
        Optional<byte[]> capability = status.type() == FileType.REGULAR ? source.capability(from) : Optional.empty();
        return new Attributes(
                permissions, owner.uid(), owner.gid(), status.mtimeSeconds(), status.mtimeNanos(), capability);
    }

    private static List<Level> append(List<Level> levels, Level level) {
        List<Level> out = new ArrayList<>(levels);
        out.add(level);
        return out;
    }

    static String word(FileType type) {
        return switch (type) {
            case REGULAR -> "file";
            case DIRECTORY -> "directory";
            case SYMLINK -> "symbolic link";
            case CHARACTER_DEVICE, BLOCK_DEVICE -> "device";
            case FIFO -> "pipe";
            case SOCKET -> "socket";
        };
    }
}
