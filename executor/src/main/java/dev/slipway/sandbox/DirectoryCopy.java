package dev.slipway.sandbox;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.ExtendedAttributes;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of a tree with owners, modes, times, attributes and hard links; blocks are shared where the file system can.
 * Sockets are left out.
 */
public final class DirectoryCopy {
    private final Directory from;
    private final Directory to;
    private final Map<Long, PathBytes> copied = new HashMap<>();

    public DirectoryCopy(Directory from, Directory to) {
        this.from = from;
        this.to = to;
    }

    /** Copies what is at a path to a place where nothing is. */
    public void copy(PathBytes source, PathBytes target) throws IOException {
        FileStatus status = from.status(source);
        if (!status.isDirectory() && status.links() > 1) {
            PathBytes first = copied.putIfAbsent(status.inode(), target);
            if (first != null) {
                to.makeHardLink(first, target);
                return;
            }
        }
        switch (status.type()) {
            case DIRECTORY -> {
                to.makeDirectory(target, 0700);
                List<Directory.Entry> entries;
                try (Directory directory = from.openDirectoryNoFollow(source)) {
                    entries = directory.list();
                }
                for (Directory.Entry entry : entries) {
                    copy(source.resolve(entry.name()), target.resolve(entry.name()));
                }
            }
            case REGULAR -> {
                try (OpenFile in = from.openRead(source);
                        OpenFile out = to.createFile(target, 0600)) {
                    in.copyTo(out);
                }
            }
            case SYMLINK -> to.makeSymbolicLink(target, from.readLink(source));
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                to.makeNode(target, status.type(), 0600, status.rdevMajor(), status.rdevMinor());
            case SOCKET -> {
                return;
            }
        }
        describe(source, target, status);
    }

    /** Owner first, which clears setuid and capabilities; times last, which everything else moves. */
    private void describe(PathBytes source, PathBytes target, FileStatus status) throws IOException {
        to.setOwner(target, status.uid(), status.gid());
        if (status.type() != FileType.SYMLINK) {
            to.setPermissions(target, status.permissions());
            copyAttributes(from.xattrs(source), to.xattrs(target));
        }
        to.setModified(target, status.mtimeSeconds(), status.mtimeNanos());
    }

    private static void copyAttributes(ExtendedAttributes source, ExtendedAttributes target) throws IOException {
        for (String name : source.names()) {
            if (!name.startsWith("user.") && !name.equals("security.capability")) {
                continue;
            }
            try {
                target.set(name, source.get(name).orElse(new byte[0]));
            } catch (PosixException e) {
                if (!e.is(Errno.EOPNOTSUPP) || !name.startsWith("user.")) {
                    throw e;
                }
            }
        }
    }
}
