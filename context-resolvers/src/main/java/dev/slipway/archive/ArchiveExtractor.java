package dev.slipway.archive;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Unpacks a foreign archive into an empty directory, for a build context (contexts.md, "Rules"). Permissions, times and
 * {@code security.capability} are kept, owners are not: files of a context become 0:0 in an image whatever they were. An
 * entry that leads out of the directory, goes through a link, repeats a name or is a device is refused before it is made.
 */
public final class ArchiveExtractor {
    private static final String CAPABILITY = "security.capability";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Directory destination;
    private final Map<PathBytes, ArchiveEntry.Directory> directories = new LinkedHashMap<>();
    private final List<ArchiveEntry.Symlink> windingLinks = new ArrayList<>();
    private PathBytes knownParent = PathBytes.EMPTY;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private ArchiveExtractor(Directory destination) {
        this.destination = destination;
    }

    /** What was unpacked. */
    public record Extracted(long entries, long fileBytes) {}

    /** Unpacks the archive in the stream, which is closed. What was made before an error stays for the caller to remove. */
    public static Extracted extract(InputStream in, Directory destination, ArchiveLimits limits) throws IOException {
        try (in;
                ArchiveReader reader = ArchiveReader.open(in, limits, ArchiveReader.Escapes.REFUSED)) {
            ArchiveExtractor extractor = new ArchiveExtractor(destination);
            for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                extractor.place(next.get(), reader);
            }
            extractor.checkWindingLinks();
            extractor.finishDirectories();
            return new Extracted(reader.entries(), reader.fileBytes());
        }
    }

    private void place(ArchiveEntry entry, ArchiveReader reader) throws IOException {
        makeParents(entry.path());
        try {
            switch (entry) {
                case ArchiveEntry.File file -> {
                    try (OpenFile out = destination.createFile(file.path(), 0600)) {
                        copy(reader.content(), out);
                        finish(file, out);
                    }
                }
                case ArchiveEntry.Directory directory -> makeDirectory(directory);
                case ArchiveEntry.Symlink link -> {
                    checkTarget(link);
                    destination.makeSymbolicLink(link.path(), link.target());
                    setModified(link);
                }
                case ArchiveEntry.HardLink link -> makeHardLink(link);
                case ArchiveEntry.Device device ->
                    throw new ArchiveException("archive entry \"" + device.path()
                            + "\" is a device node; a context holds files, directories and links");
                case ArchiveEntry.Fifo fifo -> {
                    destination.makeNode(fifo.path(), FileType.FIFO, 0600, 0, 0);
                    destination.setPermissions(fifo.path(), fifo.attributes().permissions());
                    setModified(fifo);
                }
            }
        } catch (PosixException e) {
            if (e.is(Errno.EEXIST)) {
                throw new ArchiveException("archive entry \"" + entry.path() + "\" comes twice", e);
            }
            throw e;
        }
    }

    private void makeParents(PathBytes path) throws IOException {
        PathBytes parent = path.parent();
        // Nothing that is there once is ever replaced, so what was looked at need not be looked at again.
        if (parent.isEmpty() || parent.equals(knownParent)) {
            return;
        }
        makeParents(parent);
        Optional<FileStatus> status = destination.statusIfPresent(parent);
        if (status.isEmpty()) {
            destination.makeDirectory(parent, 0755);
        } else if (!status.get().isDirectory()) {
            throw new ArchiveException("archive entry \"" + path + "\" lies below \"" + parent
                    + "\", which the archive made something other than a directory");
        }
        knownParent = parent;
    }

    private void makeDirectory(ArchiveEntry.Directory directory) throws IOException {
        if (!directory.path().isEmpty()) {
            Optional<FileStatus> status = destination.statusIfPresent(directory.path());
            if (status.isPresent() && !status.get().isDirectory()) {
                throw new ArchiveException(
                        "archive entry \"" + directory.path() + "\" is a directory, but came before as something else");
            }
            if (status.isEmpty()) {
                destination.makeDirectory(directory.path(), 0700);
            }
            directories.remove(directory.path());
            directories.put(directory.path(), directory);
        }
    }

    private void checkTarget(ArchiveEntry.Symlink link) throws ArchiveException {
        byte[] target = link.target();
        if ((target.length > 0 && target[0] == '/')
                || ArchivePath.confined(link.path().parent(), target).isEmpty()) {
            throw new ArchiveException("archive entry \"" + link.path() + "\" is a link to \"" + PathBytes.of(target)
                    + "\", which leads out of the archive");
        }
        if (ArchivePath.goesUpFromBelow(target)) {
            windingLinks.add(link);
        }
    }

    /** Behind another link {@code ..} leads elsewhere than the names say; that one may come later in the archive. */
    private void checkWindingLinks() throws IOException {
        for (ArchiveEntry.Symlink link : windingLinks) {
            PathBytes here = link.path().parent();
            List<PathBytes> components = PathBytes.of(link.target()).components();
            for (PathBytes component : components.subList(0, components.size() - 1)) {
                if (!component.endsInDots()) {
                    here = here.resolve(component);
                    refuseWayThrough(here, link);
                } else if (component.length() == 2) {
                    here = here.parent();
                }
            }
        }
    }

    private void refuseWayThrough(PathBytes path, ArchiveEntry.Symlink link) throws IOException {
        Optional<FileStatus> status = destination.statusIfPresent(path);
        if (status.isPresent() && status.get().isSymlink()) {
            throw new ArchiveException("archive entry \"" + link.path() + "\" is a link to \""
                    + PathBytes.of(link.target()) + "\", which goes through the link \"" + path + "\"");
        }
    }

    private void makeHardLink(ArchiveEntry.HardLink link) throws IOException {
        makeParentsOfTarget(link);
        Optional<FileStatus> status = destination.statusIfPresent(link.target());
        if (status.isEmpty() || status.get().isDirectory()) {
            throw new ArchiveException("archive entry \"" + link.path() + "\" is a hard link to \"" + link.target()
                    + "\", which did not come before it as a file");
        }
        destination.makeHardLink(link.target(), link.path());
    }

    private void makeParentsOfTarget(ArchiveEntry.HardLink link) throws IOException {
        for (PathBytes up = link.target().parent(); !up.isEmpty(); up = up.parent()) {
            Optional<FileStatus> status = destination.statusIfPresent(up);
            if (status.isPresent() && status.get().isSymlink()) {
                throw new ArchiveException("archive entry \"" + link.path() + "\" is a hard link to \"" + link.target()
                        + "\", which lies behind the link \"" + up + "\"");
            }
        }
    }

    private void copy(InputStream content, OpenFile out) throws IOException {
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            out.write(buffer, 0, read);
        }
    }

    private void finish(ArchiveEntry.File file, OpenFile out) throws IOException {
        out.setPermissions(file.attributes().permissions());
        Optional<byte[]> capability = file.attributes().xattrs().value(CAPABILITY);
        if (capability.isPresent()) {
            try {
                destination.xattrs(file.path()).set(CAPABILITY, capability.get());
            } catch (PosixException e) {
                throw new IOException(
                        "could not give \"" + file.path() + "\" of the archive its file capabilities ("
                                + Errno.words(e.errno()) + ")"
                                + (e.is(Errno.EPERM) ? "; that needs CAP_SETFCAP" : ""),
                        e);
            }
        }
        out.setModified(
                file.attributes().modified().getEpochSecond(),
                file.attributes().modified().getNano());
    }

    private void setModified(ArchiveEntry entry) throws IOException {
        destination.setModified(
                entry.path(),
                entry.attributes().modified().getEpochSecond(),
                entry.attributes().modified().getNano());
    }

    /** Last, so that what is made inside moves no time, and a directory without write permission can be filled. */
    private void finishDirectories() throws IOException {
        for (ArchiveEntry.Directory directory :
                List.copyOf(directories.values()).reversed()) {
            setModified(directory);
            destination.setPermissions(directory.path(), directory.attributes().permissions());
        }
    }
}
