package dev.slipway.sandbox;

import dev.slipway.posix.ClockTick;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Trees that a command can't be kept from writing, so that they are looked at afterwards. Every change moves the ctime of
 * a file or of the directory that it is in.
 */
final class Unwritten {
    private final Map<PathBytes, Long> inodes = new HashMap<>();
    private final Set<PathBytes> others;
    private final FileStatus before;

    private Unwritten(Set<PathBytes> others, FileStatus before) {
        this.others = new TreeSet<>(others);
        this.before = before;
    }

    /**
     * Returns when the clock has moved on, so that no later change has the time of an earlier one.
     *
     * @param others what may lie in these trees and may be written
     * @param scratch a directory whose file system has the same clock
     */
    static Unwritten asOfNow(Directory root, Set<PathBytes> places, Set<PathBytes> others, Directory scratch)
            throws IOException {
        Unwritten unwritten = new Unwritten(others, ClockTick.now(scratch));
        ClockTick.await(scratch, unwritten::isSince);
        for (PathBytes place : places) {
            unwritten.inodes.put(place, root.status(place).inode());
        }
        return unwritten;
    }

    private boolean isSince(FileStatus status) {
        return status.ctimeSeconds() > before.ctimeSeconds()
                || (status.ctimeSeconds() == before.ctimeSeconds() && status.ctimeNanos() > before.ctimeNanos());
    }

    /** A path that was changed since. */
    Optional<PathBytes> changed(Directory root) throws IOException {
        for (Map.Entry<PathBytes, Long> place : inodes.entrySet()) {
            Optional<FileStatus> now = root.statusIfPresent(place.getKey());
            if (now.isEmpty() || now.get().inode() != place.getValue()) {
                return Optional.of(place.getKey());
            }
            Optional<PathBytes> found = changed(root, place.getKey(), now.get());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<PathBytes> changed(Directory root, PathBytes path, FileStatus now) throws IOException {
        if (isSince(now)) {
            return Optional.of(path);
        }
        if (!now.isDirectory()) {
            return Optional.empty();
        }
        List<Directory.Entry> entries;
        try (Directory directory = root.openDirectoryNoFollow(path)) {
            entries = directory.list();
        }
        for (Directory.Entry entry : entries) {
            PathBytes child = path.resolve(entry.name());
            Optional<PathBytes> found =
                    others.contains(child) ? Optional.empty() : changed(root, child, root.status(child));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
