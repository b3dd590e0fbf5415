package dev.slipway.rootfs.scan;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a whole tree looked like at some moment, to compare with what it looks like later. */
public final class TreeRecord {
    private final long[] rootFacts = new long[Facts.STRIDE];
    private final DirectoryRecord root;
    private long newestSeconds;
    private int newestNanos;

    TreeRecord(FileStatus rootStatus, DirectoryRecord root, long newestSeconds, int newestNanos) {
        Facts.write(rootStatus, rootFacts, 0);
        this.root = root;
        this.newestSeconds = newestSeconds;
        this.newestNanos = newestNanos;
        sawChange(rootStatus);
    }

    DirectoryRecord root() {
        return root;
    }

    long[] rootFacts() {
        return rootFacts;
    }

    /** Whether a file that was changed just now, with this status, shows that the clock has moved past all that was seen. */
    public boolean isOlderThan(FileStatus changedNow) {
        return changedNow.ctimeSeconds() > newestSeconds
                || (changedNow.ctimeSeconds() == newestSeconds && changedNow.ctimeNanos() > newestNanos);
    }

    private void sawChange(FileStatus status) {
        if (isOlderThan(status)) {
            newestSeconds = status.ctimeSeconds();
            newestNanos = status.ctimeNanos();
        }
    }

    /**
     * The record as of now, given that nothing but these paths, and the directories they are in, was changed since it was
     * made. Costs as much as there are paths, and names beside them.
     */
    public TreeRecord updated(Directory tree, SortedSet<PathBytes> touched, TreeScanner scanner) throws IOException {
        SortedMap<PathBytes, SortedSet<PathBytes>> byDirectory = new TreeMap<>();
        for (PathBytes path : touched) {
            for (PathBytes current = path; !current.isEmpty(); current = current.parent()) {
                if (!byDirectory
                        .computeIfAbsent(current.parent(), parent -> new TreeSet<>())
                        .add(current.name())) {
                    break;
                }
            }
        }
        TreeRecord result = new TreeRecord(tree.status(), root, newestSeconds, newestNanos);
        return byDirectory.isEmpty()
                ? result
                : new TreeRecord(
                        tree.status(),
                        result.update(tree, PathBytes.EMPTY, root, byDirectory, scanner),
                        result.newestSeconds,
                        result.newestNanos);
    }

    private DirectoryRecord update(
            Directory here,
            PathBytes path,
            DirectoryRecord old,
            SortedMap<PathBytes, SortedSet<PathBytes>> byDirectory,
            TreeScanner scanner)
            throws IOException {
        SortedSet<PathBytes> names = byDirectory.getOrDefault(path, new TreeSet<>());
        DirectoryRecord.Builder builder = new DirectoryRecord.Builder(old.size() + names.size());
        int at = 0;
        for (PathBytes name : names) {
            byte[] bytes = name.toByteArray();
            for (; at < old.size() && old.compareName(at, bytes) < 0; at++) {
                copy(old, at, builder);
            }
            DirectoryRecord oldChild = null;
            if (at < old.size() && old.compareName(at, bytes) == 0) {
                oldChild = old.child(at);
                at++;
            }
            add(here, path.resolve(name), oldChild, builder, byDirectory, scanner);
        }
        for (; at < old.size(); at++) {
            copy(old, at, builder);
        }
        return builder.build();
    }

    private static void copy(DirectoryRecord old, int index, DirectoryRecord.Builder builder) {
        int added = builder.add(old.name(index).toByteArray());
        System.arraycopy(old.facts(), index * Facts.STRIDE, builder.facts(), added * Facts.STRIDE, Facts.STRIDE);
        DirectoryRecord child = old.child(index);
        if (child != null) {
            builder.child(added, child);
        }
    }

    private void add(
            Directory here,
            PathBytes path,
            @Nullable DirectoryRecord oldChild,
            DirectoryRecord.Builder builder,
            SortedMap<PathBytes, SortedSet<PathBytes>> byDirectory,
            TreeScanner scanner)
            throws IOException {
        PathBytes name = path.name();
        FileStatus status = here.statusIfPresent(name).orElse(null);
        if (status == null || TreeScanner.isNeverRecorded(status)) {
            return;
        }
        sawChange(status);
        int index = builder.add(name.toByteArray());
        Facts.write(status, builder.facts(), index * Facts.STRIDE);
        if (status.isSymlink()) {
            Facts.writeTarget(here.readLink(name), builder.facts(), index * Facts.STRIDE);
        }
        if (status.isDirectory()) {
            try (Directory below = here.openDirectoryNoFollow(name)) {
                if (oldChild != null) {
                    builder.child(index, update(below, path, oldChild, byDirectory, scanner));
                } else {
                    TreeRecord made = scanner.record(below, path);
                    builder.child(index, made.root);
                    newestSeconds = Math.max(newestSeconds, made.newestSeconds);
                    newestNanos =
                            newestSeconds == made.newestSeconds ? Math.max(newestNanos, made.newestNanos) : newestNanos;
                }
            }
        }
    }
}
