package dev.slipway.rootfs;

import dev.slipway.archive.tar.Xattrs;
import dev.slipway.layer.LayerXattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A directory to lay above extracted layers: it holds each directory that some layer only implies, with the attributes
 * that it should have. Otherwise overlayfs would show those that extraction made up.
 */
final class ImpliedDirectories {
    private ImpliedDirectories() {}

    /** Fills an empty directory. The root, which most layers don't speak of, is always among what it holds. */
    static void fill(Directory target, List<ExtractedLayer> layers, String opaqueXattr) throws IOException {
        LayerStack stack = new LayerStack(layers, opaqueXattr);
        SortedSet<PathBytes> paths = new TreeSet<>();
        paths.add(PathBytes.EMPTY);
        for (ExtractedLayer layer : layers) {
            for (PathBytes path : layer.implied()) {
                for (PathBytes current = path; paths.add(current); current = current.parent()) {
                    continue;
                }
            }
        }
        for (PathBytes path : paths) {
            if (stack.find(path) instanceof LayerStack.Found.InTree && !path.isEmpty()) {
                target.makeDirectory(path, 0700);
            }
        }
        // Deepest first, so that what is made or changed in a directory doesn't move the time that it was given.
        for (PathBytes path : new TreeSet<>(paths).reversed()) {
            if (stack.find(path) instanceof LayerStack.Found.InTree found) {
                copyAttributes(found.tree(), found.status(), target, path);
            }
        }
    }

    /** Gives a directory all that another has but its entries. */
    static void copyAttributes(Directory from, FileStatus status, Directory target, PathBytes path) throws IOException {
        target.setOwner(path, status.uid(), status.gid());
        target.setPermissions(path, status.permissions());
        Xattrs xattrs = LayerXattrs.read(from.xattrs(path));
        for (String name : xattrs.names()) {
            target.xattrs(path).set(name, xattrs.value(name).orElseThrow());
        }
        target.setModified(path, status.mtimeSeconds(), status.mtimeNanos());
    }
}
