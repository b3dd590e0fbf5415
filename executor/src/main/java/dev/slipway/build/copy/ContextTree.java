package dev.slipway.build.copy;

import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A build context as COPY, ADD and bind mounts see it: without what {@code .dockerignore} keeps out, everything owned by
 * root, whoever checked it out (spec: .dockerignore, COPY/ADD).
 */
public final class ContextTree implements FileTree, AutoCloseable {
    private static final String CAPABILITY = "security.capability";

    private final Directory root;
    private final DockerIgnore ignored;
    private final String ignoreFile;

    /** @param ignoreFile what messages call the file that the patterns come from */
    public ContextTree(Directory root, DockerIgnore ignored, String ignoreFile) {
        this.root = root;
        this.ignored = ignored;
        this.ignoreFile = ignoreFile;
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        Optional<FileStatus> status = onDisk(path);
        if (status.isEmpty() || path.isEmpty()) {
            return status.map(ContextTree::ofRoot);
        }
        return isVisible(path, status.get()) ? status.map(ContextTree::ofRoot) : Optional.empty();
    }

    @Override
    public List<PathBytes> list(PathBytes directory) throws IOException {
        List<PathBytes> names = new ArrayList<>();
        for (PathBytes name : names(directory)) {
            if (status(directory.resolve(name)).isPresent()) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        return root.openRead(file).in();
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        return root.readLink(link);
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) throws IOException {
        return root.xattrs(file).get(CAPABILITY);
    }

    /** Why a path that is there isn't seen. */
    public Optional<String> whyMissing(PathBytes path) {
        return ignored.decidingRule(path.toByteArray())
                .filter(rule -> !rule.isException())
                .map(rule -> "%s line %d (\"%s\") excludes it"
                        .formatted(ignoreFile, rule.line(), rule.text().strip()));
    }

    /** Whether everything is seen as it lies on the disk, so that a mount may show the directory itself. */
    public boolean isUnchanged(PathBytes below) throws IOException {
        Optional<FileStatus> status = onDisk(below);
        if (status.isEmpty() || status.get().uid() != 0 || status.get().gid() != 0) {
            return false;
        }
        if (!below.isEmpty() && ignored.excludes(below.toByteArray())) {
            return false;
        }
        if (status.get().isDirectory()) {
            for (PathBytes name : names(below)) {
                if (!isUnchanged(below.resolve(name))) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        root.close();
    }

    private Optional<FileStatus> onDisk(PathBytes path) throws IOException {
        return path.isEmpty() ? Optional.of(root.status()) : root.statusIfPresent(path);
    }

    private boolean isVisible(PathBytes path, FileStatus status) throws IOException {
        if (!ignored.excludes(path.toByteArray())) {
            return true;
        }
        if (!status.isDirectory()) {
            return false;
        }
        DockerIgnore.Walk walk = ignored.root();
        for (PathBytes component : path.components()) {
            walk = walk.enter(component.toByteArray());
        }
        return walk.mayHoldIncluded() && !list(path).isEmpty();
    }

    private List<PathBytes> names(PathBytes directory) throws IOException {
        try (Directory opened = root.openDirectory(directory)) {
            return opened.list().stream().map(Directory.Entry::name).toList();
        }
    }

    private static FileStatus ofRoot(FileStatus status) {
        return new FileStatus(
                status.type(),
                status.permissions(),
                0,
                0,
                status.sizeBytes(),
                status.mtimeSeconds(),
                status.mtimeNanos(),
                status.ctimeSeconds(),
                status.ctimeNanos(),
                status.inode(),
                status.device(),
                status.rdevMajor(),
                status.rdevMinor(),
                status.links(),
                status.mountId(),
                status.blocks());
    }
}
