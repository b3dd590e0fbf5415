package dev.slipway.rootfs;

import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;

/**
 * A tree that can be changed. Whatever makes a path needs a parent that is there, and nothing at the path itself, save
 * what the method says; the path holds no links.
 */
public interface MutableTree extends FileTree {

    void makeDirectory(PathBytes path, Attributes attributes) throws IOException;

    /** Makes a file with the content of another tree's; that tree stays as it is until this one's stage is done. */
    void copyFile(PathBytes path, Attributes attributes, FileTree source, PathBytes from) throws IOException;

    /** Makes a file with these bytes, which are read to their end now. */
    void writeFile(PathBytes path, Attributes attributes, InputStream content) throws IOException;

    /** Makes a link; its permissions are of no account. */
    void symlink(PathBytes path, Attributes attributes, byte[] target) throws IOException;

    /** Gives a file one more name. */
    void hardLink(PathBytes path, PathBytes existing) throws IOException;

    /** Makes a device or a pipe. */
    void makeNode(PathBytes path, Attributes attributes, FileType type, int major, int minor) throws IOException;

    /** Takes a path away, a directory with all that is in it. */
    void remove(PathBytes path) throws IOException;

    /** Sets all of a path's attributes; a link's own, not those of what it points to. */
    void setAttributes(PathBytes path, Attributes attributes) throws IOException;
}
