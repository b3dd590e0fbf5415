package dev.slipway.rootfs;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A tree that remembers of everything changed through it what was there before, so that a COPY's layer can be made, and a
 * scan's record brought up to date, without looking at anything else.
 */
final class JournaledTree implements MutableTree {
    private final MutableTree below;
    private final SortedMap<PathBytes, Optional<FileStatus>> before = new TreeMap<>();

    JournaledTree(MutableTree below) {
        this.below = below;
    }

    MutableTree below() {
        return below;
    }

    /** What was at each path that has been touched since {@link #forget}, or nothing if there was nothing. */
    SortedMap<PathBytes, Optional<FileStatus>> before() {
        return before;
    }

    /** Begins a new journal: everything so far is in a layer. */
    void forget() {
        before.clear();
    }

    @Override
    public Optional<FileStatus> status(PathBytes path) throws IOException {
        return below.status(path);
    }

    @Override
    public List<PathBytes> list(PathBytes directory) throws IOException {
        return below.list(directory);
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
        noteNew(path);
        below.makeDirectory(path, attributes);
    }

    @Override
    public void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException {
        noteNew(path);
        below.copyFile(path, attributes, source, from);
    }

    @Override
    public void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException {
        noteNew(path);
        below.writeFile(path, attributes, content);
    }

    @Override
    public void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException {
        noteNew(path);
        below.symlink(path, attributes, target);
    }

    @Override
    public void hardLink(PathBytes path, PathBytes existing) throws IOException {
        noteNew(path);
        note(existing);
        below.hardLink(path, existing);
    }

    @Override
    public void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor)
            throws IOException {
        noteNew(path);
        below.makeNode(path, attributes, type, major, minor);
    }

    @Override
    public void remove(PathBytes path) throws IOException {
        note(path.parent());
        noteAll(path);
        below.remove(path);
    }

    @Override
    public void setAttributes(PathBytes path, Attributes attributes) throws IOException {
        note(path);
        below.setAttributes(path, attributes);
    }

    /** Whatever gets a new name changes its directory's times, too. */
    private void noteNew(PathBytes path) throws IOException {
        note(path.parent());
        note(path);
    }

    private void note(PathBytes path) throws IOException {
        if (!before.containsKey(path)) {
            before.put(path, below.status(path));
        }
    }

    private void noteAll(PathBytes path) throws IOException {
        note(path);
        Optional<FileStatus> status = below.status(path);
        if (status.isPresent() && status.get().isDirectory()) {
            for (PathBytes name : below.list(path)) {
                noteAll(path.resolve(name));
            }
        }
    }
}
