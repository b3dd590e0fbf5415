package dev.slipway.build.copy;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.Attributes;
import dev.slipway.rootfs.FileTree;
import dev.slipway.rootfs.MutableTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A tree as {@code --link} sees it: empty, since what is copied is a layer of its own that is laid over whatever is
 * there. So links in a destination's path are replaced by directories, and existing directories get new owners and modes
 * (spec: COPY/ADD, {@code --link}).
 */
final class LinkedTree implements MutableTree {
    private final MutableTree below;
    private final Set<PathBytes> made = new HashSet<>(Set.of(PathBytes.EMPTY));

    LinkedTree(MutableTree below) {
        this.below = below;
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        return made.contains(path) ? below.status(path) : Optional.empty();
    }

    @Override
    public List<PathBytes> list(PathBytes directory) throws IOException {
        return below.list(directory).stream()
                .filter(name -> made.contains(directory.resolve(name)))
                .toList();
    }

    @Override
    public InputStream openRead(PathBytes file) throws IOException {
        return below.openRead(file);
    }

    @Override
    public byte[] readLink(PathBytes link) throws IOException {
        return below.readLink(link);
    }

    @Override
    public Optional<byte[]> capability(PathBytes file) throws IOException {
        return below.capability(file);
    }

    @Override
    public void makeDirectory(PathBytes path, Attributes attributes) throws IOException {
        made.add(path);
        Optional<FileStatus> there = below.status(path);
        if (TreePaths.isDirectory(there)) {
            below.setAttributes(path, attributes);
            return;
        }
        if (there.isPresent()) {
            below.remove(path);
        }
        below.makeDirectory(path, attributes);
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        replace(path);
        below.copyFile(path, attributes, source, from);
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        replace(path);
        below.writeFile(path, attributes, content);
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        replace(path);
        below.symlink(path, attributes, target);
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        replace(path);
        below.hardLink(path, existing);
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        replace(path);
        below.makeNode(path, attributes, type, major, minor);
    }

    @Override
    public void remove(PathBytes path) throws IOException {
        below.remove(path);
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) throws IOException {
        below.setAttributes(path, attributes);
    }

    private void replace(PathBytes path) throws IOException {
        made.add(path);
        if (below.status(path).isPresent()) {
            below.remove(path);
        }
    }
}
