package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An open directory that paths are resolved inside of, as if it were the root: no link and no {@code ..} leads out.
 *
 * <p>Every path is relative to this directory. Links on the way are followed; the last component is not, unless a method
 * says so. One component alone costs one system call. Open directories may be used by several threads.
 */
public final class Directory implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_EMPTY_PATH = Statx.AT_EMPTY_PATH;
    private static final int NOFOLLOW = Statx.AT_SYMLINK_NOFOLLOW;
    private static final int RENAME_NOREPLACE = 1;

    private final int fd;
    private final String shown;
    private volatile boolean closed;

    Directory(int fd, String shown) {
        this.fd = fd;
        this.shown = shown;
    }

    /** Opens a directory of our own, by its ordinary path. */
    public static Directory open(Path path) throws IOException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        int fd = Resolution.open(
                AT_FDCWD,
                bytes,
                Resolution.O_RDONLY | Resolution.O_DIRECTORY | Resolution.O_CLOEXEC,
                0,
                path.toString());
        return new Directory(fd, path.toString());
    }

    /** The descriptor's number. It stays this object's to close. */
    public int fd() {
        return fd;
    }

    /** The status of the directory itself. */
    public FileStatus status() throws IOException {
        return Statx.of(fd, shown);
    }

    /** The status of what is there, a link itself and not what it points to. */
    public FileStatus status(PathBytes path) throws IOException {
        return at(path, "statx", (directory, name) -> {
            Native.Scratch scratch = Native.scratch();
            Native.check(Statx.ask(scratch, directory, scratch.path(name), NOFOLLOW), SystemCall.STATX, path);
            return Statx.read(scratch.block);
        });
    }

    /** As {@link #status(PathBytes)}, or nothing where nothing is. */
    public Optional<FileStatus> statusIfPresent(PathBytes path) throws IOException {
        try {
            return Optional.of(status(path));
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The status of what is there once links are followed, the last one too. */
    public FileStatus statusFollowing(PathBytes path) throws IOException {
        int found = Resolution.inRoot(fd, path, Resolution.O_PATH | Resolution.O_CLOEXEC, 0);
        try {
            return Statx.of(found, path.toString());
        } finally {
            Native.call(SystemCall.CLOSE, found);
        }
    }

    /** One name in a directory. */
    public record Entry(PathBytes name, Optional<FileType> type) {}

    /** The names in this directory, in no order, without {@code .} and {@code ..}. */
    public List<Entry> list() throws IOException {
        return DirectoryListing.of(fd, shown);
    }

    /** Opens a directory below, following links inside this one; {@link PathBytes#EMPTY} opens this one once more. */
    public Directory openDirectory(PathBytes path) throws IOException {
        int opened =
                Resolution.inRoot(fd, path, Resolution.O_RDONLY | Resolution.O_DIRECTORY | Resolution.O_CLOEXEC, 0);
        return new Directory(opened, shownBelow(path));
    }

    /** Opens a directory that must be one itself: a link in its place is an error (ENOTDIR or ELOOP). */
    public Directory openDirectoryNoFollow(PathBytes path) throws IOException {
        return at(path, "openat", (directory, name) -> {
            int flags = Resolution.O_RDONLY | Resolution.O_DIRECTORY | Resolution.O_CLOEXEC | Resolution.O_NOFOLLOW;
            return new Directory(
                    Resolution.open(directory, name.toByteArray(), flags, 0, path.toString()), shownBelow(path));
        });
    }

    /** Opens a file for reading; a link in its place is an error (ELOOP). Never waits for a FIFO's other end. */
    public OpenFile openRead(PathBytes path) throws IOException {
        return at(path, "openat", (directory, name) -> {
            int flags = Resolution.O_RDONLY | Resolution.O_CLOEXEC | Resolution.O_NOFOLLOW | Resolution.O_NONBLOCK;
            return new OpenFile(
                    Resolution.open(directory, name.toByteArray(), flags, 0, path.toString()), shownBelow(path));
        });
    }

    /**
     * Opens a file for reading and writing, and makes none; a link in its place is an error (ELOOP). An exclusive lock
     * needs it: NFS makes flock(2) a lock of byte ranges, and refuses one on a file that is open for reading only
     * (EBADF, flock(2) "NFS details").
     */
    public OpenFile openReadWrite(PathBytes path) throws IOException {
        return at(path, "openat", (directory, name) -> {
            int flags = Resolution.O_RDWR | Resolution.O_CLOEXEC | Resolution.O_NOFOLLOW | Resolution.O_NONBLOCK;
            return new OpenFile(
                    Resolution.open(directory, name.toByteArray(), flags, 0, path.toString()), shownBelow(path));
        });
    }

    /** Opens a file for reading and follows links inside this directory to it. */
    public OpenFile openReadFollowing(PathBytes path) throws IOException {
        int opened = Resolution.inRoot(fd, path, Resolution.O_RDONLY | Resolution.O_CLOEXEC | Resolution.O_NONBLOCK, 0);
        return new OpenFile(opened, shownBelow(path));
    }

    /** Opens a file of our own for reading, by whatever way the path leads, the magic links of /proc included. */
    public OpenFile openReadMagic(PathBytes path) throws IOException {
        int flags = Resolution.O_RDONLY | Resolution.O_CLOEXEC;
        return new OpenFile(Resolution.open(fd, path.toByteArray(), flags, 0, path.toString()), shownBelow(path));
    }

    /**
     * Opens a handle on whatever is there, links followed inside this directory: neither readable nor writable, but good
     * for its status and, by {@link Mounts#pathOf}, as a place to mount or to bind.
     */
    public OpenFile openHandle(PathBytes path) throws IOException {
        return new OpenFile(Resolution.inRoot(fd, path, Resolution.O_PATH | Resolution.O_CLOEXEC, 0), shownBelow(path));
    }

    /** Makes a new file, open for reading and writing; where anything is already, even a dangling link, EEXIST. */
    public OpenFile createFile(PathBytes path, int permissions) throws IOException {
        return at(path, "openat", (directory, name) -> {
            int flags = Resolution.O_RDWR
                    | Resolution.O_CREAT
                    | Resolution.O_EXCL
                    | Resolution.O_CLOEXEC
                    | Resolution.O_NOFOLLOW;
            return new OpenFile(
                    Resolution.open(directory, name.toByteArray(), flags, permissions, path.toString()),
                    shownBelow(path));
        });
    }

    /** Opens, or makes, a file of our own that serves as a lock. */
    public OpenFile openLockFile(PathBytes path) throws IOException {
        return at(path, "openat", (directory, name) -> {
            int flags = Resolution.O_RDWR | Resolution.O_CREAT | Resolution.O_CLOEXEC | Resolution.O_NOFOLLOW;
            return new OpenFile(
                    Resolution.open(directory, name.toByteArray(), flags, 0600, path.toString()), shownBelow(path));
        });
    }

    public void makeDirectory(PathBytes path, int permissions) throws IOException {
        run(
                path,
                SystemCall.MKDIRAT,
                (directory, name) -> Native.call(
                        SystemCall.MKDIRAT, directory, Native.scratch().path(name), permissions));
    }

    public void makeSymbolicLink(PathBytes path, byte[] target) throws IOException {
        run(path, SystemCall.SYMLINKAT, (directory, name) -> {
            Native.Scratch scratch = Native.scratch();
            return Native.call(SystemCall.SYMLINKAT, scratch.secondPath(target), directory, scratch.path(name));
        });
    }

    /** The bytes that a symbolic link holds. */
    public byte[] readLink(PathBytes path) throws IOException {
        return at(path, "readlinkat", (directory, name) -> {
            Native.Scratch scratch = Native.scratch();
            MemorySegment bulk = scratch.bulk();
            long length = Native.check(
                    Native.call(SystemCall.READLINKAT, directory, scratch.path(name), bulk.address(), 65536),
                    SystemCall.READLINKAT,
                    path);
            return bulk.asSlice(0, length).toArray(JAVA_BYTE);
        });
    }

    /** Gives a file that is here a further name; a link is linked itself, never what it points to. */
    public void makeHardLink(PathBytes existing, PathBytes path) throws IOException {
        at(
                existing,
                "linkat",
                (from, oldName) -> at(path, "linkat", (to, newName) -> {
                    Native.Scratch scratch = Native.scratch();
                    return Native.check(
                            Native.call(
                                    SystemCall.LINKAT, from, scratch.path(oldName), to, scratch.secondPath(newName), 0),
                            SystemCall.LINKAT,
                            path);
                }));
    }

    /** Makes a device node, a FIFO, a socket or an empty regular file. */
    public void makeNode(PathBytes path, FileType type, int permissions, int major, int minor) throws IOException {
        long device = (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & ~0xffL) << 12) | ((major & ~0xfffL) << 32);
        run(
                path,
                SystemCall.MKNODAT,
                (directory, name) -> Native.call(
                        SystemCall.MKNODAT,
                        directory,
                        Native.scratch().path(name),
                        type.modeBits() | permissions,
                        device));
    }

    /** Removes a name that is no directory's. */
    public void unlink(PathBytes path) throws IOException {
        run(
                path,
                SystemCall.UNLINKAT,
                (directory, name) -> Native.call(
                        SystemCall.UNLINKAT, directory, Native.scratch().path(name), 0));
    }

    public void removeDirectory(PathBytes path) throws IOException {
        run(
                path,
                SystemCall.UNLINKAT,
                (directory, name) -> Native.call(
                        SystemCall.UNLINKAT, directory, Native.scratch().path(name), AT_REMOVEDIR));
    }

    /** Removes what is there, with all below it if it is a directory; nothing there is no error. */
    public void removeTree(PathBytes path) throws IOException {
        Optional<FileStatus> status = statusIfPresent(path);
        if (status.isEmpty()) {
            return;
        }
        if (!status.get().isDirectory()) {
            unlink(path);
            return;
        }
        try (Directory directory = openDirectoryNoFollow(path)) {
            directory.removeContents();
        }
        removeDirectory(path);
    }

    /** Removes everything in this directory, and leaves it empty. */
    public void removeContents() throws IOException {
        for (Entry entry : list()) {
            if (entry.type().isPresent() && entry.type().get() != FileType.DIRECTORY) {
                unlink(entry.name());
            } else {
                removeTree(entry.name());
            }
        }
    }

    /** Moves a name, into another directory perhaps; what is in its new place is replaced. */
    public void rename(PathBytes from, Directory target, PathBytes to) throws IOException {
        rename(from, target, to, 0);
    }

    /** As {@link #rename(PathBytes, Directory, PathBytes)}, but where something is already, EEXIST. */
    public void renameIfAbsent(PathBytes from, Directory target, PathBytes to) throws IOException {
        rename(from, target, to, RENAME_NOREPLACE);
    }

    private void rename(PathBytes from, Directory target, PathBytes to, int flags) throws IOException {
        at(
                from,
                "renameat2",
                (oldDirectory, oldName) -> target.at(to, "renameat2", (newDirectory, newName) -> {
                    Native.Scratch scratch = Native.scratch();
                    return Native.check(
                            Native.call(
                                    SystemCall.RENAMEAT,
                                    oldDirectory,
                                    scratch.path(oldName),
                                    newDirectory,
                                    scratch.secondPath(newName),
                                    flags),
                            SystemCall.RENAMEAT,
                            to);
                }));
    }

    /** Sets owner and group, of a link its own. Clears setuid and setgid of a file. */
    public void setOwner(PathBytes path, int uid, int gid) throws IOException {
        run(
                path,
                SystemCall.FCHOWNAT,
                (directory, name) -> Native.call(
                        SystemCall.FCHOWNAT, directory, Native.scratch().path(name), uid, gid, flagsFor(name)));
    }

    /** Sets the lower twelve bits of the mode. Links have none: for them EOPNOTSUPP. */
    public void setPermissions(PathBytes path, int permissions) throws IOException {
        at(path, "fchmodat2", (directory, name) -> {
            long result = Native.call(
                    SystemCall.FCHMODAT2, directory, Native.scratch().path(name), permissions, flagsFor(name));
            if (result == -Errno.ENOSYS || result == -Errno.EPERM) {
                result = Resolution.changeModeThroughProc(directory, name, permissions);
            }
            return Native.check(result, SystemCall.FCHMODAT2, path);
        });
    }

    /** Sets the time of the last change, of a link its own. */
    public void setModified(PathBytes path, long seconds, int nanos) throws IOException {
        at(path, "utimensat", (directory, name) -> {
            Statx.setModified(directory, Native.scratch().path(name), flagsFor(name), seconds, nanos, path.toString());
            return 0L;
        });
    }

    private static int flagsFor(PathBytes name) {
        return name.isEmpty() ? AT_EMPTY_PATH : NOFOLLOW;
    }

    /** The extended attributes of what is there; see {@link ExtendedAttributes}. */
    public ExtendedAttributes xattrs(PathBytes path) {
        return new ExtendedAttributes(this, path);
    }

    /** The file system's magic number, as statfs(2) lists them. */
    public int fileSystemType() throws IOException {
        MemorySegment block = Native.scratch().block;
        Native.check(Native.call(SystemCall.FSTATFS, fd, block.address()), SystemCall.FSTATFS, shown);
        return block.get(JAVA_INT, 0);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Native.call(SystemCall.CLOSE, fd);
        }
    }

    @Override
    public String toString() {
        return shown;
    }

    private String shownBelow(PathBytes path) {
        return path.isEmpty() ? shown : (shown.endsWith("/") ? shown : shown + "/") + path;
    }

    /** What is done with an open directory and a name in it. */
    interface AtName<T> {
        T apply(int directory, PathBytes name) throws IOException;
    }

    private interface Raw {
        long apply(int directory, PathBytes name) throws IOException;
    }

    private void run(PathBytes path, SystemCall call, Raw action) throws IOException {
        at(path, call.callName(), (directory, name) -> Native.check(action.apply(directory, name), call, path));
    }

    /** Finds the directory that holds the last component; {@link PathBytes#EMPTY} is this directory, named by "". */
    <T> T at(PathBytes path, String call, AtName<T> action) throws IOException {
        if (closed) {
            throw new IllegalStateException("\"" + shown + "\" is closed");
        }
        PathBytes parent = path.parent();
        if (path.endsInDots()) {
            throw new PosixException(call, path.toString(), Errno.EINVAL);
        }
        if (parent.isEmpty()) {
            return action.apply(fd, path);
        }
        int opened =
                Resolution.inRoot(fd, parent, Resolution.O_PATH | Resolution.O_DIRECTORY | Resolution.O_CLOEXEC, 0);
        try {
            return action.apply(opened, path.name());
        } finally {
            Native.call(SystemCall.CLOSE, opened);
        }
    }
}
