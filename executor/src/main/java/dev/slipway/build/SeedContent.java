package dev.slipway.build;

import dev.slipway.image.Digest;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.FileTree;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;

/**
 * What a cache is seeded with, in one digest: names, kinds, modes, owners and bytes, and no times, so that a stage that
 * was built anew with the same outcome seeds the same cache.
 */
final class SeedContent {
    private final FileTree tree;
    private final DataOutputStream out;

    private SeedContent(FileTree tree, DataOutputStream out) {
        this.tree = tree;
        this.out = out;
    }

    static Digest digest(FileTree tree, PathBytes path) throws IOException {
        MessageDigest hash = Digest.Algorithm.SHA256.newHash();
        try (DataOutputStream out =
                new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), hash))) {
            new SeedContent(tree, out).add(path);
        }
        return Digest.ofHash(Digest.Algorithm.SHA256, hash.digest());
    }

    private void add(PathBytes path) throws IOException {
        FileStatus status = tree.status(path).orElseThrow();
        out.writeByte(status.type().ordinal());
        out.writeInt(status.permissions());
        out.writeInt(status.uid());
        out.writeInt(status.gid());
        switch (status.type()) {
            case DIRECTORY -> {
                List<PathBytes> names = tree.list(path).stream().sorted().toList();
                out.writeInt(names.size());
                for (PathBytes name : names) {
                    frame(name.toByteArray());
                    add(path.resolve(name));
                }
            }
            case REGULAR -> {
                out.writeLong(status.sizeBytes());
                try (InputStream in = tree.openRead(path)) {
                    in.transferTo(out);
                }
            }
            case SYMLINK -> frame(tree.readLink(path));
            case CHARACTER_DEVICE, BLOCK_DEVICE -> {
                out.writeInt(status.rdevMajor());
                out.writeInt(status.rdevMinor());
            }
            case FIFO, SOCKET -> {}
        }
    }

    private void frame(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
