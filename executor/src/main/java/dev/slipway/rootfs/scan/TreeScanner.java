package dev.slipway.rootfs.scan;

import static java.util.Objects.requireNonNull;

import dev.slipway.layer.ContentIndex;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree and compares it with what it looked like before. Contents are read only where the kernel says that
 * somebody touched a file and nothing else about it differs.
 */
public final class TreeScanner implements AutoCloseable {
    private final Excluded excluded;
    private final ContentIndex index;
    private final ForkJoinPool pool;

    /**
     * @param index what contents the tree is known to have had
     * @param threads how many walk at a time
     */
    public TreeScanner(Excluded excluded, ContentIndex index, int threads) {
        this.excluded = requireNonNull(excluded, "excluded is null");
        this.index = requireNonNull(index, "index is null");
        this.pool = new ForkJoinPool(threads);
    }

    /**
     * What a scan found.
     *
     * @param record the tree as it is now
     * @param changes what differs, in no order; all names of a changed file are among them
     */
    public record Result(TreeRecord record, List<Change> changes) {}

    /** Records a tree that nothing is compared with. */
    public TreeRecord record(Directory tree) throws IOException {
        return record(tree, PathBytes.EMPTY);
    }

    /** Records what is below a directory that lies at {@code path} in its tree. */
    TreeRecord record(Directory directory, PathBytes path) throws IOException {
        return walk(directory, path, null).record();
    }

    /** Compares a tree with an earlier record of it. */
    public Result compare(Directory tree, TreeRecord before) throws IOException {
        Walk walk = walk(tree, PathBytes.EMPTY, before.root());
        TreeRecord now = walk.record();
        List<Change> changes = new ArrayList<>(walk.changes);
        if (rootChanged(tree, before, now)) {
            changes.add(new Change(PathBytes.EMPTY, false));
        }
        addOtherNames(now, walk, changes);
        return new Result(now, changes);
    }

    /** The root is a path like others, save that its times, which everything in it moves, make no change. */
    private boolean rootChanged(Directory tree, TreeRecord before, TreeRecord now) throws IOException {
        if (Facts.isUntouched(before.rootFacts(), 0, now.rootFacts(), 0)) {
            return false;
        }
        return !Facts.isSameSaveTimes(before.rootFacts(), 0, now.rootFacts(), 0)
                || new Contents(tree, index).xattrsDiffer(PathBytes.EMPTY);
    }

    /** A socket is nothing that a layer can hold: it counts as nothing at all. */
    static boolean isNeverRecorded(FileStatus status) {
        return status.type() == FileType.SOCKET;
    }

    /** A file that enters a layer does so under all of its names, so that they are still one file there. */
    private void addOtherNames(TreeRecord now, Walk walk, List<Change> changes) {
        if (walk.changedInodes.isEmpty()) {
            return;
        }
        Set<PathBytes> known = new HashSet<>();
        changes.forEach(change -> known.add(change.path()));
        addNames(now.root(), PathBytes.EMPTY, walk.changedInodes, known, changes);
    }

    private void addNames(
            DirectoryRecord record, PathBytes path, Set<Long> inodes, Set<PathBytes> known, List<Change> changes) {
        for (int i = 0; i < record.size(); i++) {
            DirectoryRecord child = record.child(i);
            int at = i * Facts.STRIDE;
            if (child != null) {
                addNames(child, path.resolve(record.name(i)), inodes, known, changes);
            } else if (Facts.hasSeveralNames(record.facts(), at) && inodes.contains(Facts.inode(record.facts(), at))) {
                PathBytes name = path.resolve(record.name(i));
                if (known.add(name)) {
                    changes.add(new Change(name, false));
                }
            }
        }
    }

    private Walk walk(Directory directory, PathBytes path, @Nullable DirectoryRecord before) throws IOException {
        Walk walk = new Walk(directory, path, before != null);
        try {
            walk.root = pool.invoke(ForkJoinTask.adapt(() -> walk.directory(directory, path, before)));
        } catch (RuntimeException e) {
            throw ioCauseOf(e);
        }
        return walk;
    }

    private static IOException ioCauseOf(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return io;
            }
        }
        throw e;
    }

    @Override
    public void close() {
        pool.close();
    }

    /** One walk over a tree, on several threads. */
    private final class Walk {
        private final Directory top;
        private final PathBytes topPath;
        private final boolean comparing;
        private final Contents contents;
        private final List<Change> changes = new ArrayList<>();
        private final Set<Long> changedInodes = new HashSet<>();
        private DirectoryRecord root = DirectoryRecord.EMPTY;
        private long newestSeconds = Long.MIN_VALUE;
        private int newestNanos;

        Walk(Directory top, PathBytes topPath, boolean comparing) {
            this.top = top;
            this.topPath = topPath;
            this.comparing = comparing;
            this.contents = new Contents(top, index);
        }

        TreeRecord record() throws IOException {
            return new TreeRecord(top.status(), root, newestSeconds, newestNanos);
        }

        DirectoryRecord directory(Directory here, PathBytes path, @Nullable DirectoryRecord before) {
            try {
                return new OneDirectory(this, here, path, before == null ? DirectoryRecord.EMPTY : before).look();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        DirectoryRecord below(PathBytes path, @Nullable DirectoryRecord before) {
            try (Directory here = top.openDirectoryNoFollow(path.below(topPath))) {
                return directory(here, path, before);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void found(List<Change> more, List<Long> inodes, long seconds, int nanos) {
            changes.addAll(more);
            changedInodes.addAll(inodes);
            if (seconds > newestSeconds || (seconds == newestSeconds && nanos > newestNanos)) {
                newestSeconds = seconds;
                newestNanos = nanos;
            }
        }
    }

    /** One directory of a walk. */
    private final class OneDirectory {
        private final Walk walk;
        private final Directory here;
        private final PathBytes path;
        private final DirectoryRecord before;
        private final List<Change> changes = new ArrayList<>();
        private final List<Long> inodes = new ArrayList<>();
        private int beforeAt;
        private long newestSeconds = Long.MIN_VALUE;
        private int newestNanos;

        OneDirectory(Walk walk, Directory here, PathBytes path, DirectoryRecord before) {
            this.walk = walk;
            this.here = here;
            this.path = path;
            this.before = before;
        }

        private record Forked(int index, ForkJoinTask<DirectoryRecord> task) {}

        DirectoryRecord look() throws IOException {
            List<Directory.Entry> entries = new ArrayList<>(here.list());
            entries.sort((one, other) -> one.name().compareTo(other.name()));
            DirectoryRecord.Builder builder = new DirectoryRecord.Builder(entries.size());
            List<Forked> forked = new ArrayList<>();
            for (Directory.Entry entry : entries) {
                FileStatus status = here.statusIfPresent(entry.name()).orElse(null);
                if (status != null && !isNeverRecorded(status)) {
                    add(entry.name(), status, builder, forked);
                }
            }
            for (; beforeAt < before.size(); beforeAt++) {
                vanished();
            }
            for (Forked child : forked.reversed()) {
                builder.child(child.index(), child.task().join());
            }
            walk.found(changes, inodes, newestSeconds, newestNanos);
            return builder.build();
        }

        private void add(PathBytes name, FileStatus status, DirectoryRecord.Builder builder, List<Forked> forked)
                throws IOException {
            PathBytes child = path.resolve(name);
            if (excluded.holds(child)) {
                return;
            }
            byte[] bytes = name.toByteArray();
            for (; beforeAt < before.size() && before.compareName(beforeAt, bytes) < 0; beforeAt++) {
                vanished();
            }
            int old = beforeAt < before.size() && before.compareName(beforeAt, bytes) == 0 ? beforeAt++ : -1;
            int index = builder.add(bytes);
            int at = index * Facts.STRIDE;
            sawChange(status);
            Facts.write(status, builder.facts(), at);
            boolean isUntouched =
                    old >= 0 && Facts.isUntouched(before.facts(), old * Facts.STRIDE, builder.facts(), at);
            if (status.isSymlink()) {
                if (isUntouched) {
                    Facts.copyTarget(before.facts(), old * Facts.STRIDE, builder.facts(), at);
                } else {
                    Facts.writeTarget(here.readLink(name), builder.facts(), at);
                }
            }
            if (walk.comparing && !isUntouched && isChanged(old, status, child, builder.facts(), at)) {
                changes.add(new Change(child, false));
                if (Facts.hasSeveralNames(builder.facts(), at)) {
                    inodes.add(status.inode());
                }
            }
            if (status.isDirectory()) {
                descend(name, child, old < 0 ? null : before.child(old), index, builder, forked);
            }
        }

        private boolean isChanged(int old, FileStatus status, PathBytes child, long[] facts, int at)
                throws IOException {
            return old < 0
                    || !Facts.isSame(before.facts(), old * Facts.STRIDE, facts, at)
                    || walk.contents.differ(here, child, status);
        }

        private void descend(
                PathBytes name,
                PathBytes child,
                @Nullable DirectoryRecord old,
                int index,
                DirectoryRecord.Builder builder,
                List<Forked> forked)
                throws IOException {
            // Others are looking for work: they open the directory themselves, as this one's descriptor may be closed.
            if (ForkJoinTask.getSurplusQueuedTaskCount() < 2) {
                forked.add(new Forked(
                        index, ForkJoinTask.adapt(() -> walk.below(child, old)).fork()));
                return;
            }
            try (Directory below = here.openDirectoryNoFollow(name)) {
                builder.child(index, walk.directory(below, child, old));
            }
        }

        private void vanished() {
            PathBytes gone = path.resolve(before.name(beforeAt));
            if (walk.comparing && !excluded.holds(gone)) {
                changes.add(new Change(gone, true));
            }
        }

        private void sawChange(FileStatus status) {
            if (status.ctimeSeconds() > newestSeconds
                    || (status.ctimeSeconds() == newestSeconds && status.ctimeNanos() > newestNanos)) {
                newestSeconds = status.ctimeSeconds();
                newestNanos = status.ctimeNanos();
            }
        }
    }
}
