package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.image.Digest;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blobs by digest in a directory that several executors may share (DESIGN 3.11): {@code blobs/sha256/HEX}, written in
 * {@code ingest/RANDOM} and renamed into place once the digest is known to be right.
 *
 * <p>Who reads a blob holds a shared lock on it, and {@link #prune} removes only what nobody holds. Nothing is synced:
 * after a crash of the machine a blob may be short, which its size tells, or hold zeros, which reading it to the end
 * tells.
 */
public final class BlobStore implements AutoCloseable {
    private static final int LAYOUT = 1;
    private static final PathBytes VERSION = PathBytes.of("version");
    private static final PathBytes BLOBS = PathBytes.of("blobs");
    private static final PathBytes INGEST = PathBytes.of("ingest");
    private static final int RANDOM_BYTES = 16;

    private final Directory root;
    private final Directory ingest;
    private final List<Directory> readOnly;
    private final SecureRandom random = new SecureRandom();
    /** Removed as damaged: what another store has of them is as likely to be. */
    private final Set<Digest> distrusted = ConcurrentHashMap.newKeySet();

    private BlobStore(Directory root, Directory ingest, List<Directory> readOnly) {
        this.root = root;
        this.ingest = ingest;
        this.readOnly = readOnly;
    }

    /**
     * Opens the store in a directory, which stays the caller's to close. An empty directory becomes a store; one of a
     * newer layout is refused.
     */
    public static BlobStore open(Directory root) throws IOException {
        return open(root, Optional.empty());
    }

    /**
     * The same; what it lacks is looked for in another store, which is never written to. One of a newer layout is
     * refused, and an empty directory has nothing.
     */
    public static BlobStore open(Directory root, Optional<Directory> readOnly) throws IOException {
        if (readOnly.isPresent() && readOnly.get().statusIfPresent(VERSION).isPresent()) {
            checkVersion(readOnly.get());
        }
        checkVersion(root);
        for (PathBytes directory : new PathBytes[] {
            BLOBS, INGEST, BLOBS.resolve("sha256"), BLOBS.resolve("sha512"),
        }) {
            makeDirectory(root, directory);
        }
        return new BlobStore(
                root, root.openDirectoryNoFollow(INGEST), readOnly.stream().toList());
    }

    private static void checkVersion(Directory root) throws IOException {
        if (root.statusIfPresent(VERSION).isEmpty()) {
            byte[] content = (LAYOUT + "\n").getBytes(US_ASCII);
            try (OpenFile file = root.createFile(VERSION, 0644)) {
                file.write(content, 0, content.length);
            } catch (PosixException e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
            }
            return;
        }
        byte[] content;
        try (OpenFile file = root.openRead(VERSION)) {
            content = file.in().readNBytes(32);
        }
        String text = new String(content, UTF_8).strip();
        // Another executor may have made the file, and not yet filled it.
        if (!text.isEmpty() && !text.equals(Integer.toString(LAYOUT))) {
            throw new LayerException(
                    LayerException.Kind.ENVIRONMENT,
                    "the content store \"" + root + "\" has layout \"" + text + "\" and this executor knows layout "
                            + LAYOUT + ": use another --cache-dir, or a newer executor");
        }
    }

    private static void makeDirectory(Directory root, PathBytes path) throws IOException {
        try {
            root.makeDirectory(path, 0755);
        } catch (PosixException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** The blob with its lock held, or nothing where it is missing or was cut short. */
    public Optional<Blob> find(Digest digest, long sizeBytes) throws IOException {
        return find(digest).flatMap(blob -> {
            if (blob.sizeBytes() == sizeBytes) {
                return Optional.of(blob);
            }
            blob.close();
            return Optional.empty();
        });
    }

    /** The blob with its lock held, whatever its size; for blobs that only their digest is known of. */
    public Optional<Blob> find(Digest digest) throws IOException {
        Optional<Blob> found = find(root, digest);
        for (Directory other : readOnly) {
            if (found.isEmpty() && !distrusted.contains(digest)) {
                found = find(other, digest);
            }
        }
        return found;
    }

    private static Optional<Blob> find(Directory directory, Digest digest) throws IOException {
        OpenFile file;
        try {
            file = directory.openRead(path(digest));
        } catch (PosixException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            file.lock(true);
            FileStatus status = file.status();
            if (status.links() > 0) {
                return Optional.of(new Blob(digest, status.sizeBytes(), file));
            }
        } catch (IOException e) {
            file.close();
            throw e;
        }
        // Pruned between opening it and locking it.
        file.close();
        return Optional.empty();
    }

    /** Begins to write a blob whose digest need not be known yet. */
    public Ingest ingest() throws IOException {
        return ingest(true);
    }

    private Ingest ingest(boolean hashed) throws IOException {
        while (true) {
            byte[] name = new byte[RANDOM_BYTES];
            random.nextBytes(name);
            PathBytes temporary = PathBytes.of(HexFormat.of().formatHex(name));
            OpenFile file = ingest.createFile(temporary, 0644);
            try {
                // Held for as long as it is written, so that only what a killed executor left is cleared away. Another
                // one may have taken this for such a thing before it was locked: then once more.
                file.lock(false);
                if (file.status().links() > 0) {
                    return new Ingest(this, temporary, file, hashed);
                }
            } catch (IOException e) {
                file.close();
                throw e;
            }
            file.close();
        }
    }

    /** Copies a stream into the store and verifies it on the way; an existing blob of that size is kept. */
    public Blob put(Digest digest, long sizeBytes, InputStream in) throws IOException {
        Optional<Blob> existing = find(digest, sizeBytes);
        if (existing.isPresent()) {
            return existing.get();
        }
        try (Ingest ingested = ingest()) {
            ingested.drain(in);
            return ingested.commit(digest, sizeBytes);
        }
    }

    /**
     * The same for a stream that has only ended when its bytes were those of the digest, as a registry client's: to hash
     * them a second time would cost a pull as much as all else of it.
     */
    public Blob putVerified(Digest digest, long sizeBytes, InputStream in) throws IOException {
        Optional<Blob> existing = find(digest, sizeBytes);
        if (existing.isPresent()) {
            return existing.get();
        }
        try (Ingest ingested = ingest(false)) {
            ingested.drain(in);
            return ingested.commitVerified(digest, sizeBytes);
        }
    }

    /** Removes a blob, for one that turned out to be damaged; readers that have it open keep what they have. */
    public void remove(Digest digest) throws IOException {
        distrusted.add(digest);
        try {
            root.unlink(path(digest));
        } catch (PosixException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /** Removes a blob unless somebody reads it. */
    public boolean prune(Digest digest) throws IOException {
        return unlinkUnused(root, path(digest));
    }

    /** Whether it was there, and nobody held it. */
    private static boolean unlinkUnused(Directory directory, PathBytes path) throws IOException {
        try (OpenFile file = directory.openReadWrite(path)) {
            if (!file.tryLock(false)) {
                return false;
            }
            directory.unlink(path);
            return true;
        } catch (PosixException e) {
            // What can't be locked for good counts as in use: another user's file, or one that NFS opened for less.
            if (e.is(Errno.ENOENT) || e.is(Errno.EACCES) || e.is(Errno.EBADF)) {
                return false;
            }
            throw e;
        }
    }

    /** Removes what executors that were killed had begun to write. */
    public int clearAbandoned() throws IOException {
        int cleared = 0;
        for (Directory.Entry entry : ingest.list()) {
            if (unlinkUnused(ingest, entry.name())) {
                cleared++;
            }
        }
        return cleared;
    }

    /** Lets go of the descriptors; the store's directory and its blobs stay. */
    @Override
    public void close() {
        ingest.close();
    }

    /** Moves a finished file into place; the one that is there already, made by another executor, is as good. */
    Blob publish(PathBytes temporary, Digest digest, long sizeBytes) throws IOException {
        Optional<Blob> existing = find(digest, sizeBytes);
        if (existing.isPresent()) {
            ingest.unlink(temporary);
            return existing.get();
        }
        ingest.rename(temporary, root, path(digest));
        return find(digest, sizeBytes)
                .orElseThrow(() -> new LayerException(
                        LayerException.Kind.ENVIRONMENT,
                        "blob " + digest + " vanished from the content store \"" + root
                                + "\" as soon as it was written"));
    }

    void discard(PathBytes temporary) throws IOException {
        ingest.unlink(temporary);
    }

    /** Where the blob lies below the store's root; for messages, and for tools that read the store. */
    public static PathBytes path(Digest digest) {
        return BLOBS.resolve(digest.algorithm().toString()).resolve(digest.hex());
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
