package dev.slipway.context.bucket;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.Retries;
import dev.slipway.context.ScratchContext;
import dev.slipway.network.InterruptibleStream;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Every object below a prefix as a file, several at a time. Object stores have no directories, so a key may be anything:
 * one that isn't a plain relative path is refused before it is made.
 */
final class PrefixContext {
    /** A round trip for each small file; more than this a store may answer with "slow down". */
    private static final int AT_ONCE = 16;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Bucket bucket;
    private final String prefix;
    private final Directory destination;
    private final ArchiveLimits limits;
    private final Retries retries;
    private long objects;
    private long bytes;

    private PrefixContext(Bucket bucket, String prefix, Directory destination, ArchiveLimits limits, Retries retries) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.destination = destination;
        this.limits = limits;
        this.retries = retries;
    }

    static BuildContext resolve(Bucket bucket, String prefix, String origin, ContextOptions options, Retries retries)
            throws ContextException, InterruptedException {
        return ScratchContext.fill(origin, Optional.empty(), options, destination -> {
            PrefixContext files = new PrefixContext(bucket, prefix, destination, options.limits(), retries);
            files.fetch();
            return files.bytes;
        });
    }

    private void fetch() throws IOException {
        Optional<String> from = Optional.empty();
        do {
            Optional<String> start = from;
            Bucket.Page page = Attempts.of(() -> bucket.list(prefix, start), retries);
            fetch(page.objects());
            from = page.next();
        } while (from.isPresent());
        if (objects == 0) {
            throw new IOException("there is no object below \"%s\"".formatted(bucket.uriOf(prefix)));
        }
    }

    private void fetch(List<StoredObject> page) throws IOException {
        // Platform threads: they call the system, which a native executable does on no others.
        try (ExecutorService downloads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
            CompletionService<OpenFile> ended = new ExecutorCompletionService<>(downloads);
            int running = 0;
            try {
                for (StoredObject object : page) {
                    count(object);
                    Optional<OpenFile> file = place(object);
                    if (file.isPresent()) {
                        ended.submit(() -> download(object, file.get()));
                        running++;
                    }
                    if (running == AT_ONCE) {
                        ended.take().get();
                        running--;
                    }
                }
                for (; running > 0; running--) {
                    ended.take().get();
                }
            } catch (ExecutionException e) {
                downloads.shutdownNow();
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                downloads.shutdownNow();
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted =
                        new InterruptedIOException("interrupted while reading " + bucket.uriOf(prefix));
                interrupted.initCause(e);
                throw interrupted;
            } catch (IOException e) {
                downloads.shutdownNow();
                throw e;
            }
        }
    }

    private void count(StoredObject object) throws IOException {
        objects++;
        bytes += object.sizeBytes();
        if (bytes > limits.largestBytes()) {
            throw new IOException("the objects are larger than --context-max-size, %d bytes, together (at \"%s\")"
                    .formatted(limits.largestBytes(), bucket.uriOf(object.key())));
        }
        if (objects > limits.mostEntries()) {
            throw new IOException("there are more than %d objects; \"%s\" is one too many"
                    .formatted(limits.mostEntries(), bucket.uriOf(object.key())));
        }
    }

    /** Makes the directories that an object's name says, and its file, if it is one. */
    private Optional<OpenFile> place(StoredObject object) throws IOException {
        String name = object.key().substring(prefix.length());
        boolean directory = name.isEmpty() || name.endsWith("/");
        if (directory && object.sizeBytes() > 0) {
            throw refused(object, "ends with a slash and has content");
        }
        PathBytes path = path(object, directory && !name.isEmpty() ? name.substring(0, name.length() - 1) : name);
        if (directory) {
            makeDirectories(object, path);
            return Optional.empty();
        }
        makeDirectories(object, path.parent());
        return Optional.of(create(object, path));
    }

    private OpenFile create(StoredObject object, PathBytes path) throws IOException {
        try {
            return destination.createFile(path, 0644);
        } catch (PosixException e) {
            if (e.is(Errno.EEXIST)) {
                throw refused(object, "is also the beginning of other keys, a directory");
            }
            throw e;
        }
    }

    private PathBytes path(StoredObject object, String name) throws IOException {
        PathBytes path = PathBytes.EMPTY;
        if (name.isEmpty()) {
            return path;
        }
        for (String component : name.split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                throw refused(object, "has a component \"" + component + "\"");
            }
            if (component.indexOf('\0') >= 0) {
                throw refused(object, "holds a NUL byte");
            }
            path = path.resolve(PathBytes.of(component));
        }
        return path;
    }

    private IOException refused(StoredObject object, String why) {
        return new IOException("object \"%s\" can't be a file of the context: its name %s"
                .formatted(bucket.uriOf(object.key()).replace("\0", "\\0"), why));
    }

    private void makeDirectories(StoredObject object, PathBytes path) throws IOException {
        if (path.isEmpty()) {
            return;
        }
        Optional<FileStatus> status = destination.statusIfPresent(path);
        if (status.isPresent()) {
            if (!status.get().isDirectory()) {
                throw refused(object, "lies below another object, \"" + path + "\"");
            }
            return;
        }
        makeDirectories(object, path.parent());
        destination.makeDirectory(path, 0755);
    }

    private OpenFile download(StoredObject object, OpenFile file) throws IOException {
        try (file) {
            fill(object, file);
            return file;
        }
    }

    private void fill(StoredObject object, OpenFile file) throws IOException {
        if (object.sizeBytes() > 0) {
            byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, object.sizeBytes())];
            try (InputStream content = InterruptibleStream.open(
                    () -> OrderedParts.download(bucket, object, 0, object.sizeBytes(), retries))) {
                for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                    file.write(buffer, 0, read);
                }
            }
        }
        file.setModified(object.modified().getEpochSecond(), object.modified().getNano());
    }
}
