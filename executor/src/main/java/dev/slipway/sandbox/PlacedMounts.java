package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a command asks to have mounted, laid into the root as files where nothing can be mounted, and taken away after it
 * with everything as it was. A cache is moved there and back where it lies on the same file system, else copied; what may
 * not be written is a copy that is looked at afterwards and forgotten; a secret lies in memory where there is some, with a
 * link to it.
 */
final class PlacedMounts implements AutoCloseable {
    private static final int TMPFS_MAGIC = 0x01021994;
    private static final PathBytes MEMORY = PathBytes.of("dev/shm");
    private static final Path HOSTS = Path.of("/etc/hosts");

    private final Directory root;
    private final Path scratch;
    private final LentFiles lender;
    private final MountPoints points = new MountPoints();
    /** Where something of ours that keeps what is written has been moved to: a second target of it is a link. */
    private final Map<Path, PathBytes> lent = new HashMap<>();

    private final Set<PathBytes> readOnly = new TreeSet<>();
    private final Set<PathBytes> places = new TreeSet<>();
    private Optional<Unwritten> unwritten = Optional.empty();
    private final Deque<Undo> undos = new ArrayDeque<>();
    private int asides;

    /** @param scratch a directory of ours, for what has to make room */
    PlacedMounts(Directory root, Path scratch) {
        this.root = root;
        this.scratch = scratch;
        this.lender = new LentFiles(root, scratch, undos::push);
    }

    void place(Command command) throws IOException {
        addHosts(command.addedHosts());
        for (Mount mount : command.mounts()) {
            try {
                place(mount);
            } catch (PosixException e) {
                String why = e.is(Errno.EBUSY) || e.is(Errno.EXDEV)
                        ? "the pod has something mounted there, which can't make room; choose another target"
                        : e.getMessage();
                throw new SandboxException("can't lay anything at \"/" + mount.target() + "\" in place: " + why, e);
            }
        }
        if (!readOnly.isEmpty()) {
            try (Directory room = Directory.open(scratch)) {
                unwritten = Optional.of(Unwritten.asOfNow(root, readOnly, places, room));
            }
        }
    }

    /** The pod's own file, which a kubelet writes before the container starts and never again. */
    private void addHosts(Map<String, String> added) throws IOException {
        if (added.isEmpty()) {
            return;
        }
        byte[] before = Files.readAllBytes(HOSTS);
        StringBuilder text = new StringBuilder(new String(before, UTF_8));
        added.forEach((name, address) ->
                text.append(address).append('\t').append(name).append('\n'));
        undos.push(() -> Files.write(HOSTS, before));
        Files.write(HOSTS, text.toString().getBytes(UTF_8));
    }

    private void place(Mount mount) throws IOException {
        PathBytes place = MountPoints.resolve(root, mount.target());
        if (place.isEmpty()) {
            throw new SandboxException(
                    "can't lay anything over / itself: the target \"" + mount.target() + "\" leads there");
        }
        if (!place.parent().isEmpty()) {
            points.prepare(root, place.parent(), true);
        }
        refuseAnotherType(mount, place);
        FileStatus before = parentStatus(place);
        Optional<Undo> aside = moveAside(place);
        Placed placed = new Placed(place, aside, before);
        undos.push(placed::undo);
        switch (mount) {
            case Mount.Tmpfs tmpfs -> {
                if (tmpfs.sizeBytes().isPresent()) {
                    throw new SandboxException(
                            "a tmpfs that holds no more than its size takes a mount, which this pod doesn't allow: leave size= out of the tmpfs at \"/%s\""
                                    .formatted(mount.target()));
                }
                root.makeDirectory(place, 01777);
                root.setPermissions(place, 01777);
                if (tmpfs.readOnly()) {
                    readOnly.add(place);
                }
            }
            case Mount.Content content -> put(content, place);
            case Mount.Bind bind -> placed.back = put(bind, place);
        }
        places.add(place);
        placed.after = parentStatus(place);
    }

    /** Something that was laid into a directory, whose times are as before when it is gone again. */
    private final class Placed {
        private final PathBytes place;
        private final Optional<Undo> aside;
        private final FileStatus before;
        private FileStatus after;
        private Undo back = () -> {};

        Placed(PathBytes place, Optional<Undo> aside, FileStatus before) {
            this.place = place;
            this.aside = aside;
            this.before = before;
            this.after = before;
        }

        void undo() throws IOException {
            Optional<FileStatus> parent = Optional.empty();
            try {
                if (place.parent().isEmpty()
                        || root.statusIfPresent(place.parent()).isPresent()) {
                    parent = Optional.of(parentStatus(place));
                }
                back.run();
            } finally {
                root.removeTree(place);
                if (aside.isPresent()) {
                    if (parent.isEmpty()) { // removed by the command, which couldn't around a mount
                        points.prepare(root, place.parent(), true);
                    }
                    aside.get().run();
                }
                if (parent.isPresent()) {
                    FileStatus now = parent.get();
                    boolean untouched =
                            now.mtimeSeconds() == after.mtimeSeconds() && now.mtimeNanos() == after.mtimeNanos();
                    FileStatus time = untouched ? before : now;
                    root.setModified(place.parent(), time.mtimeSeconds(), time.mtimeNanos());
                }
            }
        }
    }

    private FileStatus parentStatus(PathBytes place) throws IOException {
        return place.parent().isEmpty() ? root.status() : root.status(place.parent());
    }

    private Optional<Undo> moveAside(PathBytes place) throws IOException {
        if (root.statusIfPresent(place).isEmpty()) {
            return Optional.empty();
        }
        PathBytes name = PathBytes.of("aside-" + asides++);
        try (Directory room = Directory.open(scratch)) {
            root.rename(place, room, name);
            return Optional.of(() -> {
                try (Directory again = Directory.open(scratch)) {
                    again.rename(name, root, place);
                }
            });
        } catch (PosixException e) {
            if (!e.is(Errno.EXDEV)) {
                throw e;
            }
        }
        // The work directory is another file system: then beside it, under a name that nobody else has.
        PathBytes beside = place.parent().resolve(LentFiles.unique(".slipway-"));
        root.rename(place, root, beside);
        return Optional.of(() -> {
            if (root.statusIfPresent(beside).isPresent()) { // else the command has removed what it is in
                root.rename(beside, root, place);
            }
        });
    }

    private void put(Mount.Content content, PathBytes place) throws IOException {
        if (isMemory(place.parent()) || !isMemory(MEMORY)) {
            write(content, place);
            return;
        }
        PathBytes room = MEMORY.resolve(LentFiles.unique("slipway-"));
        root.makeDirectory(room, 0711);
        undos.push(() -> root.removeTree(room));
        PathBytes file = room.resolve("content");
        write(content, file);
        root.makeSymbolicLink(place, ("/" + file).getBytes(UTF_8));
    }

    private boolean isMemory(PathBytes path) throws IOException {
        if (root.statusIfPresent(path).filter(FileStatus::isDirectory).isEmpty()) {
            return false;
        }
        try (Directory directory = root.openDirectory(path)) {
            return directory.fileSystemType() == TMPFS_MAGIC;
        }
    }

    private void write(Mount.Content content, PathBytes path) throws IOException {
        byte[] bytes = content.content();
        try (OpenFile file = root.createFile(path, 0600)) {
            file.write(bytes, 0, bytes.length);
            file.setOwner(content.uid(), content.gid());
            file.setPermissions(content.permissions());
        }
    }

    /** As the kernel mounts directories on directories only, and files on files. */
    private void refuseAnotherType(Mount mount, PathBytes place) throws IOException {
        Optional<FileStatus> there = root.statusIfPresent(place);
        boolean directory = switch (mount) {
            case Mount.Tmpfs tmpfs -> true;
            case Mount.Content content -> false;
            case Mount.Bind bind ->
                alreadyLent(bind).isPresent() || sourceOf(bind).type() == FileType.DIRECTORY;
        };
        if (there.isPresent() && there.get().isDirectory() != directory) {
            throw new SandboxException("can't mount a %s onto \"/%s\", which is %s directory"
                    .formatted(directory ? "directory" : "file", mount.target(), directory ? "no" : "a"));
        }
    }

    /** Where a cache is that the same command has at another place, too. */
    private Optional<PathBytes> alreadyLent(Mount.Bind bind) {
        return Optional.ofNullable(lent.get(bind.root().resolve(bind.source().toUtf8())));
    }

    private record Source(Path path, FileType type) {}

    private static Source sourceOf(Mount.Bind bind) throws IOException {
        try (Directory tree = Directory.open(bind.root())) {
            PathBytes source = MountPoints.resolve(tree, bind.source());
            return source.isEmpty()
                    ? new Source(bind.root(), FileType.DIRECTORY)
                    : new Source(
                            bind.root().resolve(source.toUtf8()),
                            tree.status(source).type());
        }
    }

    /** Gives what takes it back, where that is more than removing it. */
    private Undo put(Mount.Bind bind, PathBytes place) throws IOException {
        Optional<PathBytes> first = alreadyLent(bind);
        if (first.isPresent() && bind.writes() == Mount.Writes.KEPT) {
            root.makeSymbolicLink(place, ("/" + first.get()).getBytes(UTF_8));
            return () -> {};
        }
        if (first.isPresent()) {
            if (place.startsWith(first.get())) {
                throw new SandboxException(
                        "can't lay a copy of the cache at \"/%s\" into it at \"/%s\"; choose a target outside of it"
                                .formatted(first.get(), place));
            }
            copy(root, first.get(), place, bind.writes());
            return () -> {};
        }
        Source source = sourceOf(bind);
        Path full = source.path();
        Path parent = Optional.ofNullable(full.getParent()).orElseThrow();
        PathBytes name = PathBytes.of(String.valueOf(full.getFileName()));
        if (source.type() == FileType.SOCKET) {
            return lender.lendSocket(parent, name, place);
        }
        if (bind.writes() == Mount.Writes.KEPT) {
            if (source.type() == FileType.DIRECTORY) {
                lent.put(full, place);
            }
            return lender.lend(parent, name, place);
        }
        try (Directory from = Directory.open(parent)) {
            copy(from, name, place, bind.writes());
        }
        return () -> {};
    }

    private void copy(Directory from, PathBytes source, PathBytes place, Mount.Writes writes) throws IOException {
        new DirectoryCopy(from, root).copy(source, place);
        if (writes == Mount.Writes.REFUSED) {
            readOnly.add(place);
        }
    }

    /**
     * Looks, after the command, at what it may not have written.
     *
     * @throws SandboxException if it has: what it did would have failed where this is mounted read-only
     */
    void requireUnwritten() throws IOException {
        Optional<PathBytes> changed = unwritten.isPresent() ? unwritten.get().changed(root) : Optional.empty();
        if (changed.isPresent()) {
            throw new SandboxException(
                    "the command wrote to \"/%s\", which is mounted read-only: write elsewhere, or give the mount rw"
                            .formatted(changed.get()));
        }
    }

    /** Puts everything back, whatever fails on the way; the first failure is thrown in the end. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        undos.addLast(() -> points.removeStubs(root));
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
